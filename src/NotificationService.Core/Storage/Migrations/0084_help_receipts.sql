-- What came in when somebody asked for help by a text message.
insert into system_lookups (type, code, position, labels) values ('receipt_kind', 'help', 12, json_build_object('en', 'Asked for help', 'fr', 'Aide demandée'));
