-- What the list of events says of quotas (0061).
insert into system_lookups (type, code, position, labels)
select 'event_type', v.code, v.position, json_build_object('en', v.en, 'fr', v.fr) from (values
('quota.near', 15, 'Quota nearly reached', 'Quota presque atteint'),
('quota.reached', 16, 'Quota reached', 'Quota atteint')
) as v (code, position, en, fr);
