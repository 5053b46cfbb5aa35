-- A provider answered again. $1 tenant, $2 provider
delete from provider_parkings where tenant_id = $1 and provider_id = $2
