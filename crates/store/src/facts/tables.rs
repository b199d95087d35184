//! The tables of facts: their columns in the order of the migrations, and the statements that read them.

use crate::sql::{Column, Statement, Table};

macro_rules! facts {
    ($($(#[$doc:meta])* $table:ident, $load:ident, $key:literal: $name:literal, $order:literal, [$($column:expr),* $(,)?],
        $text:literal;)*) => {
        $(
            $(#[$doc])*
            pub static $table: Table = Table { name: $name, columns: &[$($column),*], key: $key };
            /// Reads all rows of a tenant in key order, with the columns of the table.
            pub const $load: Statement = Statement::new(
                concat!("load ", $name),
                concat!("SELECT ", $text, " FROM ", $name, " WHERE tenant_key = $1 ORDER BY ", $order),
            );
        )*
        /// All tables of facts with the statements that read them.
        pub static ALL: &[(&Table, Statement)] = &[$((&$table, $load)),*];
    };
}

facts! {
    /// The organization.
    TENANT, LOAD_TENANT, 1: "tenant", "tenant_key", [
        Column::int("tenant_key"), Column::bytes("tenant_id"), Column::int("created_at"), Column::text("display_name"),
        Column::text("default_usage_location").optional(), Column::text("preferred_language").optional(),
        Column::text("technical_notification_mails"), Column::bytes("catalog_digest"),
    ], "tenant_key, tenant_id, created_at, display_name, default_usage_location, preferred_language, technical_notification_mails, catalog_digest";
    /// Verified domains.
    DOMAIN, LOAD_DOMAINS, 2: "domain", "position", [
        Column::int("tenant_key"), Column::int("position"), Column::text("name"), Column::int("is_initial"),
        Column::int("is_default"),
    ], "tenant_key, position, name, is_initial, is_default";
    /// Products ever owned.
    PRODUCT, LOAD_PRODUCTS, 2: "product", "product", [
        Column::int("tenant_key"), Column::int("product"), Column::bytes("sku_id"), Column::text("part_number"),
        Column::text("name"), Column::int("per_device"), Column::text("plans"),
    ], "tenant_key, product, sku_id, part_number, name, per_device, plans";
    /// Purchases.
    SUBSCRIPTION, LOAD_SUBSCRIPTIONS, 2: "subscription", "id", [
        Column::int("tenant_key"), Column::bytes("id"), Column::bytes("commerce_id"), Column::int("product"),
        Column::text("channel"), Column::bytes("partner_tenant_id").optional(), Column::int("quantity"),
        Column::int("term_months"), Column::int("renews"), Column::int("created_at"), Column::int("ends_at"),
        Column::text("status"), Column::int("status_since"), Column::bytes("owner_id").optional(),
    ], "tenant_key, id, commerce_id, product, channel, partner_tenant_id, quantity, term_months, renews, created_at, ends_at, status, status_since, owner_id";
    /// Users in whatever state.
    USER, LOAD_USERS, 2: "directory_user", "ordinal", [
        Column::int("tenant_key"), Column::int("ordinal"), Column::bytes("object_id"), Column::int("created_at"),
        Column::int("deleted_at").optional(), Column::int("is_purged"), Column::int("account_enabled"),
        Column::int("is_guest"), Column::text("usage_location").optional(), Column::text("display_name").optional(),
        Column::text("given_name").optional(), Column::text("job_title").optional(), Column::text("mail").optional(),
        Column::text("surname").optional(), Column::text("user_principal_name").optional(),
        Column::text("department").optional(), Column::text("mail_nickname").optional(),
        Column::text("properties").optional(),
    ], "tenant_key, ordinal, object_id, created_at, deleted_at, is_purged, account_enabled, is_guest, usage_location, display_name, given_name, job_title, mail, surname, user_principal_name, department, mail_nickname, properties";
    /// Direct assignments.
    LICENSE, LOAD_LICENSES, 3: "license", "user_ordinal, product", [
        Column::int("tenant_key"), Column::int("user_ordinal"), Column::int("product"), Column::int("changed_at"),
        Column::bytes("disabled_plans").optional(),
    ], "tenant_key, user_ordinal, product, changed_at, disabled_plans";
    /// Applications.
    APPLICATION, LOAD_APPLICATIONS, 2: "application", "id", [
        Column::int("tenant_key"), Column::bytes("id"), Column::bytes("client_id"),
        Column::bytes("service_principal_id"), Column::text("display_name"), Column::text("permissions"),
        Column::int("is_public_client"), Column::text("redirect_uris"), Column::int("created_at"),
    ], "tenant_key, id, client_id, service_principal_id, display_name, permissions, is_public_client, redirect_uris, created_at";
    /// Directory roles.
    ROLE, LOAD_ROLES, 3: "role_assignment", "principal, role", [
        Column::int("tenant_key"), Column::bytes("principal"), Column::text("role"),
    ], "tenant_key, principal, role";
}
