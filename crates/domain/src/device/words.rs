//! What can be said of a device, in Graph's words.

use minicbor::{Decode, Encode};

/// Makes an enumeration whose values have a word on the wire each.
macro_rules! words {
    (
        $(#[$about:meta])*
        $name:ident { $( $(#[$doc:meta])* $number:literal $variant:ident = $word:literal, )* }
        default $default:ident
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(index_only)]
        pub enum $name {
            $( $(#[$doc])* #[n($number)] $variant, )*
        }

        impl $name {
            /// All values.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads the word in any case.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str().eq_ignore_ascii_case(text))
            }

            /// The number under which it is packed.
            pub(super) const fn number(self) -> u32 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The value with a number; the default if there is none.
            pub(super) fn of_number(number: u32) -> Self {
                Self::ALL.iter().copied().find(|value| value.number() == number).unwrap_or_default()
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        }
    };
}

words! {
    /// An operating system: Graph's `operatingSystem`.
    Platform {
        /// None of the others, or not told.
        0 Unknown = "Unknown",
        /// Windows.
        1 Windows = "Windows",
        /// iOS and iPadOS.
        2 Ios = "iOS",
        /// macOS.
        3 MacOs = "macOS",
        /// Android.
        4 Android = "Android",
        /// Linux.
        5 Linux = "Linux",
        /// `ChromeOS`.
        6 ChromeOs = "ChromeOS",
    }
    default Unknown
}

words! {
    /// How a device enrolls: Graph's `deviceEnrollmentType`. The Android types at the end are Graph beta's words; v1.0
    /// shows them as `unknown`.
    EnrollmentType {
        /// Not told; taken for an enrollment by its user.
        0 Unknown = "unknown",
        /// By its user.
        1 UserEnrollment = "userEnrollment",
        /// By a device enrollment manager.
        2 DeviceEnrollmentManager = "deviceEnrollmentManager",
        /// Apple Automated Device Enrollment, with a user.
        3 AppleBulkWithUser = "appleBulkWithUser",
        /// Apple Automated Device Enrollment, School Manager or Configurator, without a user.
        4 AppleBulkWithoutUser = "appleBulkWithoutUser",
        /// By joining Entra ID; user-driven Autopilot too.
        5 WindowsAzureAdJoin = "windowsAzureADJoin",
        /// By a provisioning package without a user.
        6 WindowsBulkUserless = "windowsBulkUserless",
        /// By group policy, or from Windows' settings.
        7 WindowsAutoEnrollment = "windowsAutoEnrollment",
        /// By a provisioning package that joins Entra ID.
        8 WindowsBulkAzureDomainJoin = "windowsBulkAzureDomainJoin",
        /// A Configuration Manager client that is co-managed.
        9 WindowsCoManagement = "windowsCoManagement",
        /// Autopilot in self-deploying mode.
        10 WindowsAzureAdJoinUsingDeviceAuth = "windowsAzureADJoinUsingDeviceAuth",
        /// Apple User Enrollment.
        11 AppleUserEnrollment = "appleUserEnrollment",
        /// Apple User Enrollment with a service account.
        12 AppleUserEnrollmentWithServiceAccount = "appleUserEnrollmentWithServiceAccount",
        /// Android Enterprise dedicated, without a user.
        13 AndroidDedicated = "androidEnterpriseDedicatedDevice",
        /// Android Enterprise fully managed.
        14 AndroidFullyManaged = "androidEnterpriseFullyManaged",
        /// Android Enterprise, corporate-owned with a work profile.
        15 AndroidCorporateWorkProfile = "androidEnterpriseCorporateWorkProfile",
        /// Android Open Source Project, with a user.
        16 AndroidAospUser = "androidAOSPUserOwnedDeviceEnrollment",
        /// Android Open Source Project, without a user.
        17 AndroidAospUserless = "androidAOSPUserlessDeviceEnrollment",
    }
    default Unknown
}

impl Platform {
    /// Whether it is one of Apple's.
    pub const fn is_apple(self) -> bool {
        matches!(self, Self::Ios | Self::MacOs)
    }
}

impl EnrollmentType {
    /// Whether the device has no user.
    pub const fn is_userless(self) -> bool {
        matches!(
            self,
            Self::AppleBulkWithoutUser
                | Self::WindowsBulkUserless
                | Self::WindowsAzureAdJoinUsingDeviceAuth
                | Self::AndroidDedicated
                | Self::AndroidAospUserless
        )
    }

    /// Whether a device license can cover it (devices-and-sync.md 1.3).
    pub const fn takes_device_license(self) -> bool {
        matches!(
            self,
            Self::DeviceEnrollmentManager
                | Self::AppleBulkWithoutUser
                | Self::WindowsAzureAdJoinUsingDeviceAuth
                | Self::AndroidDedicated
        )
    }

    /// Whether it needs no license of its own (devices-and-sync.md 1.1: co-management).
    pub const fn is_exempt(self) -> bool {
        matches!(self, Self::WindowsCoManagement)
    }

    /// Whether the limit of devices per user counts for it (devices-and-sync.md 1.4).
    pub const fn is_limited(self) -> bool {
        !matches!(
            self,
            Self::DeviceEnrollmentManager
                | Self::WindowsBulkUserless
                | Self::WindowsAutoEnrollment
                | Self::WindowsBulkAzureDomainJoin
                | Self::WindowsCoManagement
                | Self::WindowsAzureAdJoinUsingDeviceAuth
                | Self::AndroidDedicated
        )
    }

    /// Whether a device enrollment manager can enroll this way (devices-and-sync.md 1.4).
    pub const fn is_for_managers(self) -> bool {
        !matches!(
            self,
            Self::AppleBulkWithUser
                | Self::AppleBulkWithoutUser
                | Self::AndroidFullyManaged
                | Self::AndroidCorporateWorkProfile
                | Self::AndroidAospUser
                | Self::AndroidAospUserless
        )
    }
}

words! {
    /// Whose property a device is: Graph's `managedDeviceOwnerType`.
    Ownership {
        /// Not told.
        0 Unknown = "unknown",
        /// The organization's.
        1 Company = "company",
        /// The user's.
        2 Personal = "personal",
    }
    default Unknown
}

words! {
    /// What manages a device: Graph's `managementAgent`.
    Agent {
        /// An MDM server.
        0 Mdm = "mdm",
        /// The PC agent.
        1 IntuneClient = "intuneClient",
        /// Configuration Manager together with an MDM server.
        2 ConfigurationManagerClientMdm = "configurationManagerClientMdm",
    }
    default Mdm
}

words! {
    /// How far the registration of a device is: Graph's `deviceRegistrationState`.
    RegistrationState {
        /// Registered.
        0 Registered = "registered",
        /// Not registered.
        1 NotRegistered = "notRegistered",
        /// Blocked.
        2 Revoked = "revoked",
        /// Its key belongs to another device.
        3 KeyConflict = "keyConflict",
        /// Waits for an approval.
        4 ApprovalPending = "approvalPending",
        /// Must register anew.
        5 CertificateReset = "certificateReset",
        /// Enrollment has not ended yet.
        6 NotRegisteredPendingEnrollment = "notRegisteredPendingEnrollment",
        /// Not known.
        7 Unknown = "unknown",
    }
    default Registered
}

impl RegistrationState {
    /// Whether something is still to come.
    pub const fn is_pending(self) -> bool {
        matches!(
            self,
            Self::ApprovalPending | Self::NotRegisteredPendingEnrollment
        )
    }

    /// Whether it failed.
    pub const fn is_failed(self) -> bool {
        matches!(self, Self::Revoked | Self::KeyConflict)
    }
}

words! {
    /// What was asked of a device: Graph's `managementState`.
    ManagementState {
        /// Nothing.
        0 Managed = "managed",
        /// To leave; it has not checked in since.
        1 RetirePending = "retirePending",
        /// To leave; its MDM server was told at a check-in.
        2 RetireIssued = "retireIssued",
        /// To leave; its MDM server could not do it.
        3 RetireFailed = "retireFailed",
    }
    default Managed
}

impl ManagementState {
    /// Whether the device shall leave, so that its MDM server is told at each check-in.
    pub const fn is_leaving(self) -> bool {
        matches!(self, Self::RetirePending | Self::RetireIssued)
    }
}

words! {
    /// What an MDM server says of the compliance policies that apply to a device.
    Reported {
        /// None applies, or nothing was said.
        0 Unknown = "unknown",
        /// It complies.
        1 Compliant = "compliant",
        /// It does not.
        2 NonCompliant = "noncompliant",
        /// Policies contradict each other.
        3 Conflict = "conflict",
        /// It could not be judged.
        4 Error = "error",
    }
    default Unknown
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Enroll a device.
    #[default]
    Enrollment,
    /// Use applications under a protection policy on a device that is not enrolled.
    AppProtection,
}

impl Purpose {
    /// All values.
    pub const ALL: &[Self] = &[Self::Enrollment, Self::AppProtection];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enrollment => "enrollment",
            Self::AppProtection => "appProtection",
        }
    }

    /// Reads the word in any case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|purpose| purpose.as_str().eq_ignore_ascii_case(text))
    }
}
