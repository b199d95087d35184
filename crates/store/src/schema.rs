//! All tables, declared once: columns in the order of the migrations, and the statements that read them whole.

use crate::sql::{Column, Statement, Table};

/// A table and the statement that reads all of it in key order.
pub struct Stored {
    /// The table.
    pub table: &'static Table,
    /// Reads all rows in key order, with the columns of the table.
    pub read: Statement,
    /// Counts the rows.
    pub count: Statement,
    /// Deletes the rows.
    pub clear: Statement,
}

/// A table whose key begins with `tenant_key`.
pub struct OfTenant {
    /// The table.
    pub table: &'static Table,
    /// Reads all rows of one tenant in key order, with the columns of the table.
    pub load: Statement,
    /// Keys of tenants that have rows but no head, with the number of their rows.
    pub strays: Statement,
}

macro_rules! tables {
    ($($(#[$doc:meta])* $module:ident: $name:literal,
        [$first:ident $first_kind:ident $(, $key:ident $key_kind:ident)*],
        [$($column:ident $kind:ident $($optional:ident)?),*];)*) => {
        $(
            $(#[$doc])*
            pub mod $module {
                use super::{Column, Statement, Stored, Table};

                $(#[$doc])*
                pub static TABLE: Table = Table {
                    name: $name,
                    columns: &[
                        Column::$first_kind(stringify!($first)),
                        $(Column::$key_kind(stringify!($key)),)*
                        $(Column::$kind(stringify!($column))$(.$optional())?,)*
                    ],
                    key: [stringify!($first) $(, stringify!($key))*].len(),
                };
                pub(super) const STORED: Stored = Stored {
                    table: &TABLE,
                    read: Statement::new(
                        concat!("read all of ", $name),
                        concat!(
                            "SELECT ", stringify!($first) $(, ", ", stringify!($key))* $(, ", ", stringify!($column))*,
                            " FROM ", $name, " ORDER BY ", stringify!($first) $(, ", ", stringify!($key))*,
                        ),
                    ),
                    count: Statement::new(concat!("count ", $name), concat!("SELECT count(*) FROM ", $name)),
                    clear: Statement::new(concat!("clear ", $name), concat!("DELETE FROM ", $name)),
                };
            }
        )*
    };
}

macro_rules! tables_of_tenants {
    ($($(#[$doc:meta])* $module:ident: $name:literal, [$($key:ident $key_kind:ident),*],
        [$($column:ident $kind:ident $($optional:ident)?),*];)*) => {
        tables! {
            $($(#[$doc])* $module: $name, [tenant_key int $(, $key $key_kind)*], [$($column $kind $($optional)?),*];)*
        }
        /// The tables whose key begins with `tenant_key`, in the order in which a tenant is loaded.
        pub mod of_tenant {
            use super::{OfTenant, Statement};
            $(
                $(#[$doc])*
                pub const fn $module() -> OfTenant {
                    OfTenant {
                        table: &super::$module::TABLE,
                        load: Statement::new(
                            concat!("load ", $name),
                            concat!(
                                "SELECT tenant_key" $(, ", ", stringify!($key))* $(, ", ", stringify!($column))*,
                                " FROM ", $name, " WHERE tenant_key = $1 ORDER BY tenant_key" $(, ", ", stringify!($key))*,
                            ),
                        ),
                        strays: Statement::new(
                            concat!("find strays in ", $name),
                            concat!(
                                "SELECT tenant_key, count(*) FROM ", $name,
                                " WHERE tenant_key NOT IN (SELECT tenant_key FROM tenant_head)",
                                " GROUP BY tenant_key ORDER BY tenant_key",
                            ),
                        ),
                    }
                }
            )*
        }
    };
}

tables_of_tenants! {
    /// The organization.
    tenant: "tenant", [], [tenant_id bytes, created_at int, display_name text, default_usage_location text optional,
        preferred_language text optional, technical_notification_mails text, catalog_digest bytes];
    /// Licensing policies.
    policy: "policy", [], [body text];
    /// Approvals of changes that the guard stopped.
    approval: "approval", [position int], [token text, approver text, approved_at int];
    /// Verified domains.
    domain: "domain", [position int], [name text, is_initial int, is_default int];
    /// Products ever owned.
    product: "product", [product int], [sku_id bytes, part_number text, name text, per_device int, plans text];
    /// Purchases.
    subscription: "subscription", [id bytes], [commerce_id bytes, product int, channel text,
        partner_tenant_id bytes optional, quantity int, term_months int, renews int, created_at int, ends_at int,
        status text, status_since int, owner_id bytes optional];
    /// Users in whatever state.
    user: "directory_user", [ordinal int], [object_id bytes, created_at int, deleted_at int optional, is_purged int,
        account_enabled int, is_guest int, usage_location text optional, display_name text optional,
        given_name text optional, job_title text optional, mail text optional, surname text optional,
        user_principal_name text optional, department text optional, mail_nickname text optional,
        properties text optional];
    /// Licenses of users' own.
    license: "license", [user_ordinal int, product int, group_ordinal int, state text], [changed_at int,
        disabled_plans bytes optional];
    /// Groups in whatever state.
    group: "directory_group", [ordinal int], [object_id bytes, created_at int, deleted_at int optional, is_purged int,
        had_licenses int, display_name text, mail_nickname text, mail text optional, mail_enabled int,
        security_enabled int, is_unified int, is_role_assignable int, visibility text optional,
        description text optional, membership_rule text optional, rule_paused int, priority int,
        properties text optional];
    /// What groups give.
    group_license: "group_license", [group_ordinal int, product int], [changed_at int, disabled_plans bytes optional];
    /// Groups in groups.
    subgroup: "subgroup", [group_ordinal int, member_ordinal int], [];
    /// Owners of groups.
    group_owner: "group_owner", [group_ordinal int, user_ordinal int], [];
    /// Users in groups.
    membership: "membership", [user_ordinal int, group_ordinal int], [joined_at int, decided_at int optional];
    /// How products of groups were decided for their members.
    decision: "decision", [group_ordinal int, product int, verdict text, chunk int], [users bytes];
    /// How devices are managed.
    device_settings: "device_settings", [], [authority text, coexistence int, secure_by_default int,
        checkin_threshold_days int, scheduled_actions int, unlicensed_administrators int, pool_policy text,
        clean_up_rules text, grace_days int, limits text];
    /// Policies that limit devices per user.
    limit_policy: "limit_policy", [position int], [id bytes, display_name text, description text optional,
        device_limit int, priority int, is_for_everyone int, group_ordinals text, excluded_group_ordinals text,
        version int, created_at int, modified_at int];
    /// Device enrollment managers.
    enrollment_manager: "enrollment_manager", [user_ordinal int], [];
    /// Devices, enrolled and removed.
    device: "device", [ordinal int], [device_id bytes, user_ordinal int optional, other_users text optional,
        platform text, enrollment_type text, ownership text, agent text, is_virtual int, is_shared int, is_basic int,
        registration text, management text, sync_requested int, reported text, grace_until int optional,
        enrolled_at int, contacted_at int, certificate_expires_at int, removed_at int optional,
        manufacturer text optional, model text optional, os_version text optional, device_name text optional,
        serial_number text optional, imei text optional, directory_id bytes optional];
    /// Applications.
    application: "application", [id bytes], [client_id bytes, service_principal_id bytes, display_name text,
        permissions text, is_public_client int, redirect_uris text, created_at int, is_dormant int,
        properties text optional, owners text optional];
    /// Directory roles.
    role: "role_assignment", [principal bytes, role text], [];
    /// The journal.
    generation: "generation", [generation int], [at int, actor text, command text, request_id bytes, body bytes,
        hash bytes];
    /// Personal details of generations.
    generation_detail: "generation_detail", [generation int], [body bytes];
    /// Users whom full blocks of generations concern.
    generation_block: "generation_block", [block int], [users bytes];
    /// Refusals to enroll a device.
    enrollment_failure: "enrollment_failure", [id bytes], [at int, user_id bytes optional, user_named text, people text,
        device_id bytes optional, serial text, platform text, os_version text, enrollment_type text,
        failure_category text, reason_codes text, reason text];
}

tables! {
    /// Catalogs.
    catalog: "catalog", [digest bytes], [body text];
    /// Ends of journals.
    tenant_head: "tenant_head", [tenant_key int], [tenant_id bytes, generation int, hash bytes];
    /// Keys that sign tokens.
    signing_key: "signing_key", [key_id text], [created_at int, retired_at int optional, sealed_private_key bytes];
    /// Passwords, hashed.
    user_password: "user_password", [tenant_id bytes, user_id bytes], [hash text, must_change int, changed_at int];
    /// Client secrets, digested.
    application_secret: "application_secret", [tenant_id bytes, client_id bytes, key_id bytes], [digest bytes,
        hint text, display_name text, created_at int, expires_at int];
    /// Certificates of applications.
    application_certificate: "application_certificate", [tenant_id bytes, client_id bytes, key_id bytes], [sha1 bytes,
        sha256 bytes, subject text, public_key bytes, not_before int, not_after int, display_name text,
        created_at int];
    /// Refresh tokens, digested.
    refresh_token: "refresh_token", [tenant_id bytes, digest bytes], [user_id bytes, client_id bytes, scope text,
        expires_at int];
    /// Authorization codes, digested.
    authorization_code: "authorization_code", [tenant_id bytes, digest bytes], [user_id bytes, client_id bytes,
        redirect_uri text, challenge text optional, challenge_method text optional, scope text, nonce text optional,
        expires_at int, redeemed int];
    /// Device codes, digested.
    device_code: "device_code", [digest bytes], [user_code text, tenant_id bytes optional, user_id bytes optional,
        client_id bytes, scope text, state int, expires_at int];
    /// Client assertions that were used.
    used_assertion: "used_assertion", [tenant_id bytes, client_id bytes, jti_digest bytes], [assertion_digest bytes,
        expires_at int];
}

/// Every table except the books of the migrations, which each database keeps itself.
pub static ALL: &[Stored] = &[
    catalog::STORED,
    tenant_head::STORED,
    tenant::STORED,
    policy::STORED,
    approval::STORED,
    domain::STORED,
    product::STORED,
    subscription::STORED,
    user::STORED,
    license::STORED,
    group::STORED,
    group_license::STORED,
    subgroup::STORED,
    group_owner::STORED,
    membership::STORED,
    decision::STORED,
    device_settings::STORED,
    limit_policy::STORED,
    enrollment_manager::STORED,
    device::STORED,
    application::STORED,
    role::STORED,
    generation::STORED,
    generation_detail::STORED,
    generation_block::STORED,
    enrollment_failure::STORED,
    signing_key::STORED,
    user_password::STORED,
    application_secret::STORED,
    application_certificate::STORED,
    refresh_token::STORED,
    authorization_code::STORED,
    device_code::STORED,
    used_assertion::STORED,
];

/// The tables of facts, in the order in which a tenant is loaded.
pub const FACTS: [OfTenant; 20] = [
    of_tenant::tenant(),
    of_tenant::policy(),
    of_tenant::approval(),
    of_tenant::domain(),
    of_tenant::product(),
    of_tenant::subscription(),
    of_tenant::user(),
    of_tenant::license(),
    of_tenant::group(),
    of_tenant::group_license(),
    of_tenant::subgroup(),
    of_tenant::group_owner(),
    of_tenant::membership(),
    of_tenant::decision(),
    of_tenant::device_settings(),
    of_tenant::limit_policy(),
    of_tenant::enrollment_manager(),
    of_tenant::device(),
    of_tenant::application(),
    of_tenant::role(),
];

/// The tables of the journal.
pub const JOURNAL: [OfTenant; 3] = [
    of_tenant::generation(),
    of_tenant::generation_detail(),
    of_tenant::generation_block(),
];

/// The tables of what is kept beside the journal.
pub const BESIDE: [OfTenant; 1] = [of_tenant::enrollment_failure()];

/// All tables whose key begins with `tenant_key`.
pub fn of_tenants() -> impl Iterator<Item = &'static OfTenant> {
    FACTS.iter().chain(&JOURNAL).chain(&BESIDE)
}

/// The statements of this module.
pub fn statements() -> Vec<Statement> {
    let whole = ALL
        .iter()
        .flat_map(|stored| [stored.read, stored.count, stored.clear]);
    whole
        .chain(of_tenants().flat_map(|of_tenant| [of_tenant.load, of_tenant.strays]))
        .collect()
}
