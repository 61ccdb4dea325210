ALTER TABLE auth.reset_requests DROP COLUMN request_id, DROP COLUMN address;
DROP TRIGGER tenants_renamed ON auth.tenants;
DROP FUNCTION auth.notify_tenant();
ALTER TABLE auth.tenants DROP COLUMN updated_at;
