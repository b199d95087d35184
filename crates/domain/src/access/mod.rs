//! Who may do what: one table, asked in one place (the engine), printed whole by a test.

mod caller;
mod command;
mod scopes;

pub use caller::{Caller, Denial, authorize};
pub use command::authorize_command;
pub use scopes::Scopes;

use minicbor::{Decode, Encode};
use uuid::Uuid;

/// A directory role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Global Administrator.
    #[n(0)]
    GlobalAdministrator,
    /// License Administrator.
    #[n(1)]
    LicenseAdministrator,
    /// User Administrator.
    #[n(2)]
    UserAdministrator,
    /// Groups Administrator.
    #[n(3)]
    GroupsAdministrator,
    /// Directory Writers.
    #[n(4)]
    DirectoryWriters,
    /// Global Reader.
    #[n(5)]
    GlobalReader,
    /// Directory Readers.
    #[n(6)]
    DirectoryReaders,
    /// Intune Administrator.
    #[n(7)]
    IntuneAdministrator,
}

impl Role {
    /// All roles.
    pub const ALL: &[Self] = &[
        Self::GlobalAdministrator,
        Self::LicenseAdministrator,
        Self::UserAdministrator,
        Self::GroupsAdministrator,
        Self::DirectoryWriters,
        Self::GlobalReader,
        Self::DirectoryReaders,
        Self::IntuneAdministrator,
    ];

    /// The name that people know.
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::GlobalAdministrator => "Global Administrator",
            Self::LicenseAdministrator => "License Administrator",
            Self::UserAdministrator => "User Administrator",
            Self::GroupsAdministrator => "Groups Administrator",
            Self::DirectoryWriters => "Directory Writers",
            Self::GlobalReader => "Global Reader",
            Self::DirectoryReaders => "Directory Readers",
            Self::IntuneAdministrator => "Intune Administrator",
        }
    }

    /// The id of Entra's role template, the same in every tenant; it stands in tokens as `wids`.
    pub const fn template_id(self) -> Uuid {
        Uuid::from_u128(match self {
            Self::GlobalAdministrator => 0x62e90394_69f5_4237_9190_012177145e10,
            Self::LicenseAdministrator => 0x4d6ac14f_3453_41d0_bef9_a3e0c569773a,
            Self::UserAdministrator => 0xfe930be7_5e62_47db_91af_98c3a49a38b1,
            Self::GroupsAdministrator => 0xfdd7a751_b60b_444a_984c_02652fe8fa1c,
            Self::DirectoryWriters => 0x9360feb5_f418_4baa_8175_e2a00bac4301,
            Self::GlobalReader => 0xf2ef992c_3afb_46b9_b7cf_a126ee74c451,
            Self::DirectoryReaders => 0x88d8e3e3_8f55_4a1e_953a_9b9898b8876b,
            Self::IntuneAdministrator => 0x3a2c62db_5318_420d_8d74_23affee5d9d5,
        })
    }

    /// The role with a name in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|role| role.display_name().eq_ignore_ascii_case(name))
    }
}

/// A Graph permission: of an application in its own name, or delegated by a user (see [`Scopes`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Permission {
    /// `LicenseAssignment.Read.All`.
    #[n(0)]
    LicenseAssignmentReadAll,
    /// `LicenseAssignment.ReadWrite.All`.
    #[n(1)]
    LicenseAssignmentReadWriteAll,
    /// `User.Read.All`.
    #[n(2)]
    UserReadAll,
    /// `User.ReadWrite.All`.
    #[n(3)]
    UserReadWriteAll,
    /// `User.DeleteRestore.All`.
    #[n(4)]
    UserDeleteRestoreAll,
    /// `Group.Read.All`.
    #[n(5)]
    GroupReadAll,
    /// `Group.ReadWrite.All`.
    #[n(6)]
    GroupReadWriteAll,
    /// `GroupMember.Read.All`.
    #[n(7)]
    GroupMemberReadAll,
    /// `GroupMember.ReadWrite.All`.
    #[n(8)]
    GroupMemberReadWriteAll,
    /// `Organization.Read.All`.
    #[n(9)]
    OrganizationReadAll,
    /// `Organization.ReadWrite.All`.
    #[n(10)]
    OrganizationReadWriteAll,
    /// `Directory.Read.All`.
    #[n(11)]
    DirectoryReadAll,
    /// `Directory.ReadWrite.All`.
    #[n(12)]
    DirectoryReadWriteAll,
    /// `Device.Read.All`.
    #[n(13)]
    DeviceReadAll,
    /// `Device.ReadWrite.All`.
    #[n(14)]
    DeviceReadWriteAll,
    /// `DeviceManagementManagedDevices.Read.All`.
    #[n(15)]
    DeviceManagementManagedDevicesReadAll,
    /// `DeviceManagementManagedDevices.ReadWrite.All`.
    #[n(16)]
    DeviceManagementManagedDevicesReadWriteAll,
    /// `DeviceManagementConfiguration.Read.All`.
    #[n(17)]
    DeviceManagementConfigurationReadAll,
    /// `DeviceManagementConfiguration.ReadWrite.All`.
    #[n(18)]
    DeviceManagementConfigurationReadWriteAll,
    /// `DeviceManagementServiceConfig.Read.All`.
    #[n(19)]
    DeviceManagementServiceConfigReadAll,
    /// `DeviceManagementServiceConfig.ReadWrite.All`.
    #[n(20)]
    DeviceManagementServiceConfigReadWriteAll,
    /// `AuditLog.Read.All`.
    #[n(21)]
    AuditLogReadAll,
    /// `RoleManagement.ReadWrite.Directory`.
    #[n(22)]
    RoleManagementReadWriteDirectory,
    /// `DeviceManagementManagedDevices.PrivilegedOperations.All`.
    #[n(23)]
    DeviceManagementManagedDevicesPrivilegedOperationsAll,
    /// `Application.Read.All`.
    #[n(24)]
    ApplicationReadAll,
    /// `Application.ReadWrite.All`.
    #[n(25)]
    ApplicationReadWriteAll,
    /// `AppRoleAssignment.ReadWrite.All`.
    #[n(26)]
    AppRoleAssignmentReadWriteAll,
    /// `RoleManagement.Read.Directory`.
    #[n(27)]
    RoleManagementReadDirectory,
    /// `User.RevokeSessions.All`.
    #[n(28)]
    UserRevokeSessionsAll,
}

impl Permission {
    /// All permissions.
    pub const ALL: &[Self] = &[
        Self::LicenseAssignmentReadAll,
        Self::LicenseAssignmentReadWriteAll,
        Self::UserReadAll,
        Self::UserReadWriteAll,
        Self::UserDeleteRestoreAll,
        Self::GroupReadAll,
        Self::GroupReadWriteAll,
        Self::GroupMemberReadAll,
        Self::GroupMemberReadWriteAll,
        Self::OrganizationReadAll,
        Self::OrganizationReadWriteAll,
        Self::DirectoryReadAll,
        Self::DirectoryReadWriteAll,
        Self::DeviceReadAll,
        Self::DeviceReadWriteAll,
        Self::DeviceManagementManagedDevicesReadAll,
        Self::DeviceManagementManagedDevicesReadWriteAll,
        Self::DeviceManagementConfigurationReadAll,
        Self::DeviceManagementConfigurationReadWriteAll,
        Self::DeviceManagementServiceConfigReadAll,
        Self::DeviceManagementServiceConfigReadWriteAll,
        Self::AuditLogReadAll,
        Self::RoleManagementReadWriteDirectory,
        Self::DeviceManagementManagedDevicesPrivilegedOperationsAll,
        Self::ApplicationReadAll,
        Self::ApplicationReadWriteAll,
        Self::AppRoleAssignmentReadWriteAll,
        Self::RoleManagementReadDirectory,
        Self::UserRevokeSessionsAll,
    ];

    /// Graph's name, as it stands in tokens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LicenseAssignmentReadAll => "LicenseAssignment.Read.All",
            Self::LicenseAssignmentReadWriteAll => "LicenseAssignment.ReadWrite.All",
            Self::UserReadAll => "User.Read.All",
            Self::UserReadWriteAll => "User.ReadWrite.All",
            Self::UserDeleteRestoreAll => "User.DeleteRestore.All",
            Self::GroupReadAll => "Group.Read.All",
            Self::GroupReadWriteAll => "Group.ReadWrite.All",
            Self::GroupMemberReadAll => "GroupMember.Read.All",
            Self::GroupMemberReadWriteAll => "GroupMember.ReadWrite.All",
            Self::OrganizationReadAll => "Organization.Read.All",
            Self::OrganizationReadWriteAll => "Organization.ReadWrite.All",
            Self::DirectoryReadAll => "Directory.Read.All",
            Self::DirectoryReadWriteAll => "Directory.ReadWrite.All",
            Self::DeviceReadAll => "Device.Read.All",
            Self::DeviceReadWriteAll => "Device.ReadWrite.All",
            Self::DeviceManagementManagedDevicesReadAll => {
                "DeviceManagementManagedDevices.Read.All"
            }
            Self::DeviceManagementManagedDevicesReadWriteAll => {
                "DeviceManagementManagedDevices.ReadWrite.All"
            }
            Self::DeviceManagementConfigurationReadAll => "DeviceManagementConfiguration.Read.All",
            Self::DeviceManagementConfigurationReadWriteAll => {
                "DeviceManagementConfiguration.ReadWrite.All"
            }
            Self::DeviceManagementServiceConfigReadAll => "DeviceManagementServiceConfig.Read.All",
            Self::DeviceManagementServiceConfigReadWriteAll => {
                "DeviceManagementServiceConfig.ReadWrite.All"
            }
            Self::AuditLogReadAll => "AuditLog.Read.All",
            Self::RoleManagementReadWriteDirectory => "RoleManagement.ReadWrite.Directory",
            Self::DeviceManagementManagedDevicesPrivilegedOperationsAll => {
                "DeviceManagementManagedDevices.PrivilegedOperations.All"
            }
            Self::ApplicationReadAll => "Application.Read.All",
            Self::ApplicationReadWriteAll => "Application.ReadWrite.All",
            Self::AppRoleAssignmentReadWriteAll => "AppRoleAssignment.ReadWrite.All",
            Self::RoleManagementReadDirectory => "RoleManagement.Read.Directory",
            Self::UserRevokeSessionsAll => "User.RevokeSessions.All",
        }
    }

    /// The id of the permission among Microsoft Graph's app roles, the same in every tenant.
    pub const fn app_role_id(self) -> Uuid {
        Uuid::from_u128(match self {
            Self::LicenseAssignmentReadAll => 0xe2f98668_2877_4f38_a2f4_8202e0717aa1,
            Self::LicenseAssignmentReadWriteAll => 0x5facf0c1_8979_4e95_abcf_ff3d079771c0,
            Self::UserReadAll => 0xdf021288_bdef_4463_88db_98f22de89214,
            Self::UserReadWriteAll => 0x741f803b_c850_494e_b5df_cde7c675a1ca,
            Self::UserDeleteRestoreAll => 0xeccc023d_eccf_4e7b_9683_8813ab36cecc,
            Self::GroupReadAll => 0x5b567255_7703_4780_807c_7be8301ae99b,
            Self::GroupReadWriteAll => 0x62a82d76_70ea_41e2_9197_370581804d09,
            Self::GroupMemberReadAll => 0x98830695_27a2_44f7_8c18_0c3ebc9698f6,
            Self::GroupMemberReadWriteAll => 0xdbaae8cf_10b5_4b86_a4a1_f871c94c6695,
            Self::OrganizationReadAll => 0x498476ce_e0fe_48b0_b801_37ba7e2685c6,
            Self::OrganizationReadWriteAll => 0x292d869f_3427_49a8_9dab_8c70152b74e9,
            Self::DirectoryReadAll => 0x7ab1d382_f21e_4acd_a863_ba3e13f7da61,
            Self::DirectoryReadWriteAll => 0x19dbc75e_c2e2_444c_a770_ec69d8559fc7,
            Self::DeviceReadAll => 0x7438b122_aefc_4978_80ed_43db9fcc7715,
            Self::DeviceReadWriteAll => 0x1138cb37_bd11_4084_a2b7_9f71582aeddb,
            Self::DeviceManagementManagedDevicesReadAll => 0x2f51be20_0bb4_4fed_bf7b_db946066c75e,
            Self::DeviceManagementManagedDevicesReadWriteAll => {
                0x243333ab_4d21_40cb_a475_36241daa0842
            }
            Self::DeviceManagementConfigurationReadAll => 0xdc377aa6_52d8_4e23_b271_2a7ae04cedf3,
            Self::DeviceManagementConfigurationReadWriteAll => {
                0x9241abd9_d0e6_425a_bd4f_47ba86e767a4
            }
            Self::DeviceManagementServiceConfigReadAll => 0x06a5fe6d_c49d_46a7_b082_56b1b14103c7,
            Self::DeviceManagementServiceConfigReadWriteAll => {
                0x5ac13192_7ace_4fcf_b828_1a26f28068ee
            }
            Self::AuditLogReadAll => 0xb0afded3_3588_46d8_8b3d_9842eff778da,
            Self::RoleManagementReadWriteDirectory => 0x9e3f62cf_ca93_4989_b6ce_bf83c28f9fe8,
            Self::DeviceManagementManagedDevicesPrivilegedOperationsAll => {
                0x5b07b0dd_2377_4e44_a38d_703f09a0dc3c
            }
            Self::ApplicationReadAll => 0x9a5d68dd_52b0_4cc2_bd40_abcf44ac3a30,
            Self::ApplicationReadWriteAll => 0x1bfefb4e_e0b5_418b_a88f_73c46d2cc8e9,
            Self::AppRoleAssignmentReadWriteAll => 0x06b708a9_e830_4db3_a914_8e69da51d44f,
            Self::RoleManagementReadDirectory => 0x483bed4a_2ad3_4361_a73b_c83ccdbdc53c,
            Self::UserRevokeSessionsAll => 0x77f952ba_9a5f_4521_8c9d_6c9648f7eaf7,
        })
    }

    /// The permission with a name in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|permission| permission.as_str().eq_ignore_ascii_case(name))
    }
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Read the organization's profile and domains.
    ReadOrganization,
    /// Read products and subscriptions.
    ReadSubscriptions,
    /// Buy, renew, cancel; change profile, domains and catalog.
    ManageSubscriptions,
    /// Read a user, its licenses included.
    ReadUser,
    /// List users, live or deleted.
    ListUsers,
    /// Create, change, enable and disable users.
    WriteUsers,
    /// Change nothing of a user but the usage location.
    SetUsageLocation,
    /// Enable, disable, rename, delete, restore or purge users who hold a directory role, or set their password.
    WriteAdministrators,
    /// Delete and restore users.
    DeleteUsers,
    /// Purge users for good.
    PurgeUsers,
    /// End the sessions of users.
    RevokeSessions,
    /// Assign and remove users' licenses, and decide those that groups give them again.
    AssignLicenses,
    /// Read groups, their members, owners and licenses.
    ReadGroups,
    /// Create, change, delete and restore groups; name their owners.
    WriteGroups,
    /// Add members to groups and remove them.
    WriteGroupMembers,
    /// Do so with groups to which directory roles can be assigned.
    WriteRoleAssignableGroups,
    /// Assign licenses to groups and remove them.
    AssignGroupLicenses,
    /// Change the licensing policy and its guard.
    ManagePolicy,
    /// Read what changed, when and by whom.
    ReadHistory,
    /// Undo changes, put licenses back as they were, and approve what the guard stopped.
    RevertChanges,
    /// Read applications, their service principals and permissions.
    ReadApplications,
    /// Register, change and remove applications; add and remove their credentials.
    ManageApplications,
    /// Grant permissions to applications and take them.
    GrantPermissions,
    /// Read directory roles and who has them.
    ReadRoles,
    /// Give directory roles and take them.
    AssignRoles,
    /// Read managed devices, troubleshooting events and forecasts.
    ReadDevices,
    /// Read devices as objects of the directory.
    ReadDirectoryDevices,
    /// Ask whether a device may enroll, enroll it and note its check-ins.
    EnrollDevices,
    /// Retire devices, ask them to check in, delete their records.
    ManageDevices,
    /// Read how devices are managed: settings, limits per user, device enrollment managers.
    ReadDeviceSettings,
    /// Change how devices are managed.
    ManageDeviceSettings,
}

impl Action {
    /// All actions.
    pub const ALL: &[Self] = &[
        Self::ReadOrganization,
        Self::ReadSubscriptions,
        Self::ManageSubscriptions,
        Self::ReadUser,
        Self::ListUsers,
        Self::WriteUsers,
        Self::SetUsageLocation,
        Self::WriteAdministrators,
        Self::DeleteUsers,
        Self::PurgeUsers,
        Self::RevokeSessions,
        Self::AssignLicenses,
        Self::ReadGroups,
        Self::WriteGroups,
        Self::WriteGroupMembers,
        Self::WriteRoleAssignableGroups,
        Self::AssignGroupLicenses,
        Self::ManagePolicy,
        Self::ReadHistory,
        Self::RevertChanges,
        Self::ReadApplications,
        Self::ManageApplications,
        Self::GrantPermissions,
        Self::ReadRoles,
        Self::AssignRoles,
        Self::ReadDevices,
        Self::ReadDirectoryDevices,
        Self::EnrollDevices,
        Self::ManageDevices,
        Self::ReadDeviceSettings,
        Self::ManageDeviceSettings,
    ];

    /// Whether an administrator needs a license to do this, unless the tenant allows it without one
    /// (devices-and-sync.md 1.1).
    pub const fn needs_licensed_administrator(self) -> bool {
        matches!(
            self,
            Self::ReadDevices | Self::EnrollDevices | Self::ManageDevices
        )
    }
}

/// Whether a role allows an action on anybody (licensing.md 2.1 to 2.5).
pub const fn role_allows(role: Role, action: Action) -> bool {
    use Action as A;
    match role {
        Role::GlobalAdministrator => true,
        Role::DirectoryReaders => is_read(action),
        Role::GlobalReader => {
            is_read(action)
                || matches!(
                    action,
                    A::ReadHistory | A::ReadDevices | A::ReadDeviceSettings
                )
        }
        Role::IntuneAdministrator => is_read(action) || manages_devices(action),
        Role::GroupsAdministrator => {
            is_read(action)
                || writes_groups(action)
                || matches!(action, A::AssignGroupLicenses | A::RevertChanges)
        }
        Role::LicenseAdministrator => {
            is_read(action)
                || assigns_licenses(action)
                || matches!(
                    action,
                    A::SetUsageLocation | A::ReadHistory | A::ReadDevices | A::ReadDeviceSettings
                )
        }
        Role::UserAdministrator => {
            is_read(action)
                || writes_groups(action)
                || assigns_licenses(action)
                || matches!(
                    action,
                    A::WriteUsers
                        | A::SetUsageLocation
                        | A::DeleteUsers
                        | A::PurgeUsers
                        | A::RevokeSessions
                )
        }
        Role::DirectoryWriters => {
            is_read(action)
                || writes_groups(action)
                || assigns_licenses(action)
                || matches!(action, A::WriteUsers | A::SetUsageLocation)
        }
    }
}

const fn is_read(action: Action) -> bool {
    matches!(
        action,
        Action::ReadOrganization
            | Action::ReadSubscriptions
            | Action::ReadUser
            | Action::ListUsers
            | Action::ReadGroups
            | Action::ReadApplications
            | Action::ReadRoles
            | Action::ReadDirectoryDevices
    )
}

const fn manages_devices(action: Action) -> bool {
    matches!(
        action,
        Action::ReadDevices
            | Action::EnrollDevices
            | Action::ManageDevices
            | Action::ReadDeviceSettings
            | Action::ManageDeviceSettings
    )
}

const fn writes_groups(action: Action) -> bool {
    matches!(action, Action::WriteGroups | Action::WriteGroupMembers)
}

/// Whoever may assign licenses may also put them back.
const fn assigns_licenses(action: Action) -> bool {
    matches!(
        action,
        Action::AssignLicenses | Action::AssignGroupLicenses | Action::RevertChanges
    )
}

/// Whether a permission allows an action.
pub const fn permission_allows(permission: Permission, action: Action) -> bool {
    use Action as A;
    use Permission as P;
    match permission {
        P::LicenseAssignmentReadAll => matches!(action, A::ReadSubscriptions),
        P::LicenseAssignmentReadWriteAll => {
            matches!(action, A::ReadSubscriptions) || assigns_licenses(action)
        }
        P::UserReadAll => matches!(action, A::ReadUser | A::ListUsers),
        P::UserReadWriteAll => {
            matches!(
                action,
                A::ReadUser
                    | A::ListUsers
                    | A::WriteUsers
                    | A::SetUsageLocation
                    | A::DeleteUsers
                    | A::RevokeSessions
                    | A::AssignLicenses
            )
        }
        P::UserDeleteRestoreAll => matches!(action, A::DeleteUsers | A::PurgeUsers),
        P::OrganizationReadAll => matches!(action, A::ReadOrganization | A::ReadSubscriptions),
        P::OrganizationReadWriteAll => {
            matches!(
                action,
                A::ReadOrganization
                    | A::ReadSubscriptions
                    | A::ManageSubscriptions
                    | A::ManagePolicy
            )
        }
        P::DirectoryReadAll => is_read(action),
        P::DirectoryReadWriteAll => {
            is_read(action)
                || writes_groups(action)
                || assigns_licenses(action)
                || matches!(
                    action,
                    A::WriteUsers | A::SetUsageLocation | A::DeleteUsers | A::RevokeSessions
                )
        }
        P::GroupReadAll | P::GroupMemberReadAll => matches!(action, A::ReadGroups),
        P::GroupReadWriteAll => {
            writes_groups(action) || matches!(action, A::ReadGroups | A::AssignGroupLicenses)
        }
        P::GroupMemberReadWriteAll => matches!(action, A::ReadGroups | A::WriteGroupMembers),
        P::AuditLogReadAll => matches!(action, A::ReadHistory),
        P::RoleManagementReadDirectory => matches!(action, A::ReadRoles),
        P::RoleManagementReadWriteDirectory => matches!(
            action,
            A::ReadRoles | A::AssignRoles | A::WriteRoleAssignableGroups
        ),
        P::ApplicationReadAll => matches!(action, A::ReadApplications),
        P::ApplicationReadWriteAll => {
            matches!(action, A::ReadApplications | A::ManageApplications)
        }
        P::AppRoleAssignmentReadWriteAll => {
            matches!(action, A::ReadApplications | A::GrantPermissions)
        }
        P::UserRevokeSessionsAll => matches!(action, A::RevokeSessions),
        P::DeviceReadAll | P::DeviceReadWriteAll => matches!(action, A::ReadDirectoryDevices),
        P::DeviceManagementManagedDevicesReadAll => matches!(action, A::ReadDevices),
        P::DeviceManagementManagedDevicesReadWriteAll => {
            matches!(action, A::ReadDevices | A::EnrollDevices | A::ManageDevices)
        }
        P::DeviceManagementManagedDevicesPrivilegedOperationsAll => {
            matches!(action, A::ManageDevices)
        }
        P::DeviceManagementConfigurationReadAll | P::DeviceManagementServiceConfigReadAll => {
            matches!(action, A::ReadDeviceSettings)
        }
        P::DeviceManagementConfigurationReadWriteAll
        | P::DeviceManagementServiceConfigReadWriteAll => {
            matches!(action, A::ReadDeviceSettings | A::ManageDeviceSettings)
        }
    }
}

/// Whether everybody may do this to their own account: see it, and what the organization is called, and end its
/// sessions.
pub const fn anybody_may(action: Action, on_self: bool) -> bool {
    matches!(action, Action::ReadOrganization)
        || (on_self
            && matches!(
                action,
                Action::ReadUser | Action::ReadDevices | Action::RevokeSessions
            ))
}

/// Whether the owner of a group may do this to it.
pub const fn owner_may(action: Action) -> bool {
    matches!(action, Action::ReadGroups | Action::WriteGroupMembers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// The whole matrix, as it is meant to be. Change the file `matrix.txt` together with the table above.
    #[test]
    fn matrix_is_the_stored_one() {
        let mut matrix = String::new();
        for action in Action::ALL {
            let roles: Vec<_> = Role::ALL
                .iter()
                .filter(|role| role_allows(**role, *action))
                .map(|role| role.display_name())
                .collect();
            let permissions: Vec<_> = Permission::ALL
                .iter()
                .filter(|permission| permission_allows(**permission, *action))
                .map(|permission| permission.as_str())
                .collect();
            let (all, own) = (anybody_may(*action, false), anybody_may(*action, true));
            let own = match (all, own, owner_may(*action)) {
                (true, ..) => "everybody",
                (false, true, _) => "everybody on their own account",
                (false, false, true) => "owners of the group",
                (false, false, false) => "nobody else",
            };
            writeln!(
                matrix,
                "{action:?}\n  roles: {}\n  permissions: {}\n  {own}",
                roles.join(", "),
                permissions.join(", ")
            )
            .unwrap();
        }
        assert_eq!(
            matrix,
            include_str!("matrix.txt"),
            "the table became:\n{matrix}"
        );
    }
}
