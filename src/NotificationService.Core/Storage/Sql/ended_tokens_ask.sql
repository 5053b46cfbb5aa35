-- Whether a token has ended: that of a user or service account :subject, of :version, of a :sign_in, if it is of one, and of a tenant of that :digest. Index: the primary
-- key, and that of digests. :tenant, :subject, :version, :sign_in, :digest
select exists (
    select from ended_tokens where tenant_id = :tenant and subject in (:subject, :sign_in) and version > case when is_sign_in then 0 else :version end)
    or exists (select from tenant_erasures where digest = :digest) as has_ended
