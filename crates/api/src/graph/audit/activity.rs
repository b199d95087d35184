//! What an audit record is called: Entra's names (licensing.md 3.13), and our own where Entra has none.

/// What happened, by the name that the directory's audit log has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    CreateCompany,
    SetCompanyInformation,
    UpdateCompany,
    UpdateCompanySettings,
    AddVerifiedDomain,
    AddUser,
    UpdateUser,
    DeleteUser,
    RestoreUser,
    HardDeleteUser,
    ChangeUserPassword,
    ResetUserPassword,
    RevokeSessions,
    ChangeUserLicense,
    AddApplication,
    UpdateApplication,
    DeleteApplication,
    AddMemberToRole,
    RemoveMemberFromRole,
    AddGroup,
    UpdateGroup,
    DeleteGroup,
    RestoreGroup,
    HardDeleteGroup,
    AddMemberToGroup,
    RemoveMemberFromGroup,
    AddOwnerToGroup,
    RemoveOwnerFromGroup,
    SetGroupLicense,
    StartApplyingLicense,
    FinishApplyingLicense,
    TriggerRecalculation,
    /// Our own: Entra has no record of it.
    TriggerUserRecalculation,
    AddDevice,
    UpdateDevice,
    DeleteDevice,
    /// Our own: Intune has its own log of what is set.
    UpdateDeviceSettings,
    /// Our own.
    ApproveChange,
    /// Our own.
    RevertChange,
}

const DIRECTORY: &str = "DirectoryManagement";
const USERS: &str = "UserManagement";
const GROUPS: &str = "GroupManagement";
const APPLICATIONS: &str = "ApplicationManagement";
const DEVICES: &str = "Device";
const ROLES: &str = "RoleManagement";

impl Activity {
    /// Name, category and operation.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::CreateCompany => ("Create company", DIRECTORY, "Add"),
            Self::SetCompanyInformation => ("Set company information", DIRECTORY, "Update"),
            Self::UpdateCompany => ("Update company", DIRECTORY, "Update"),
            Self::UpdateCompanySettings => ("Update company settings", DIRECTORY, "Update"),
            Self::AddVerifiedDomain => ("Add verified domain", DIRECTORY, "Add"),
            Self::AddUser => ("Add user", USERS, "Add"),
            Self::UpdateUser => ("Update user", USERS, "Update"),
            Self::DeleteUser => ("Delete user", USERS, "Delete"),
            Self::RestoreUser => ("Restore user", USERS, "Update"),
            Self::HardDeleteUser => ("Hard delete user", USERS, "Delete"),
            Self::ChangeUserPassword => ("Change user password", USERS, "Update"),
            Self::ResetUserPassword => ("Reset user password", USERS, "Update"),
            Self::RevokeSessions => ("Update StsRefreshTokenValidFrom Timestamp", USERS, "Update"),
            Self::ChangeUserLicense => ("Change user license", USERS, "Update"),
            Self::AddApplication => ("Add application", APPLICATIONS, "Add"),
            Self::UpdateApplication => ("Update application", APPLICATIONS, "Update"),
            Self::DeleteApplication => ("Delete application", APPLICATIONS, "Delete"),
            Self::AddMemberToRole => ("Add member to role", ROLES, "Assign"),
            Self::RemoveMemberFromRole => ("Remove member from role", ROLES, "Unassign"),
            Self::AddGroup => ("Add group", GROUPS, "Add"),
            Self::UpdateGroup => ("Update group", GROUPS, "Update"),
            Self::DeleteGroup => ("Delete group", GROUPS, "Delete"),
            Self::RestoreGroup => ("Restore group", GROUPS, "Update"),
            Self::HardDeleteGroup => ("Hard delete group", GROUPS, "Delete"),
            Self::AddMemberToGroup => ("Add member to group", GROUPS, "Assign"),
            Self::RemoveMemberFromGroup => ("Remove member from group", GROUPS, "Unassign"),
            Self::AddOwnerToGroup => ("Add owner to group", GROUPS, "Assign"),
            Self::RemoveOwnerFromGroup => ("Remove owner from group", GROUPS, "Unassign"),
            Self::SetGroupLicense => ("Set group license", GROUPS, "Update"),
            Self::StartApplyingLicense => (
                "Start applying group based license to users",
                GROUPS,
                "Update",
            ),
            Self::FinishApplyingLicense => (
                "Finish applying group based license to users",
                GROUPS,
                "Update",
            ),
            Self::TriggerRecalculation => ("Trigger group license recalculation", GROUPS, "Update"),
            Self::TriggerUserRecalculation => {
                ("Trigger user license recalculation", USERS, "Update")
            }
            Self::AddDevice => ("Add device", DEVICES, "Add"),
            Self::UpdateDevice => ("Update device", DEVICES, "Update"),
            Self::DeleteDevice => ("Delete device", DEVICES, "Delete"),
            Self::UpdateDeviceSettings => ("Update device settings", DIRECTORY, "Update"),
            Self::ApproveChange => ("Approve change", DIRECTORY, "Update"),
            Self::RevertChange => ("Revert change", DIRECTORY, "Update"),
        }
    }

    /// Graph's `activityDisplayName`.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// Graph's `category`.
    pub const fn category(self) -> &'static str {
        self.words().1
    }

    /// Graph's `operationType`.
    pub const fn operation(self) -> &'static str {
        self.words().2
    }
}
