-- Choice lists of what came after 0011: people, tenants, files of people, strategies; and the codes with which the service itself ends a delivery. A vendor's codes are the vendor's.
insert into system_lookups (type, code, position, labels)
select v.type, v.code, v.position, json_build_object('en', v.en, 'fr', v.fr) from (values
('user_status', 'invited', 1, 'Invited', 'Invité'),
('user_status', 'active', 2, 'Active', 'Actif'),
('user_status', 'disabled', 3, 'Disabled', 'Désactivé'),
('tenant_status', 'active', 1, 'Active', 'Actif'),
('tenant_status', 'suspended', 2, 'Suspended', 'Suspendu'),
('user_import_row_status', 'waiting', 1, 'Waiting', 'En attente'),
('user_import_row_status', 'invited', 2, 'Invited', 'Invité'),
('user_import_row_status', 'rejected', 3, 'Rejected', 'Rejeté'),
('strategy', 'all', 1, 'Every channel', 'Tous les canaux'),
('strategy', 'fallback', 2, 'One channel after another', 'Un canal après l’autre'),
('failure_code', 'address_missing', 1, 'No address for the channel', 'Aucune adresse pour le canal'),
('failure_code', 'no_provider', 2, 'No provider for the channel', 'Aucun fournisseur pour le canal'),
('failure_code', 'sending_domain_forbidden', 3, 'Sender’s domain not allowed', 'Domaine de l’expéditeur non autorisé'),
('failure_code', 'devices_given_up', 4, 'No device reached', 'Aucun appareil joint'),
('failure_code', 'template_unreadable', 5, 'Template not readable', 'Modèle illisible'),
('failure_code', 'poison', 6, 'Could not be prepared', 'Préparation impossible'),
('failure_code', 'ambiguous', 7, 'Outcome unknown', 'Résultat inconnu')
) as v (type, code, position, en, fr);
