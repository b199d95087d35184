//! Per-tenant writer and readers: the only way to a tenant.
