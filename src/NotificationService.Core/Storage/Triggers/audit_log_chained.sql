-- An entry is chained when its transaction commits, whatever the session's replication role is.
drop trigger if exists audit_log_chained on audit_log;
create constraint trigger audit_log_chained after insert on audit_log deferrable initially deferred
for each row execute function notification_meta.chain_audit_entry();
alter table audit_log enable always trigger audit_log_chained;
