//! Models of devices, and how they enroll.

use zetel_domain::device::{
    Agent, Build, DeviceDetails, Enrollment, EnrollmentType, Ownership, Platform,
};

use super::draw::Draw;

/// A model and the way in which Contoso enrolls it.
pub struct Model {
    platform: Platform,
    manufacturer: &'static str,
    name: &'static str,
    os_version: &'static str,
    prefix: &'static str,
    enrollment_type: EnrollmentType,
    ownership: Ownership,
}

const fn model(
    platform: Platform,
    [manufacturer, name, os_version, prefix]: [&'static str; 4],
    enrollment_type: EnrollmentType,
    ownership: Ownership,
) -> Model {
    Model {
        platform,
        manufacturer,
        name,
        os_version,
        prefix,
        enrollment_type,
        ownership,
    }
}

/// Laptops that Windows runs on.
pub const THINKPAD: Model = model(
    Platform::Windows,
    ["LENOVO", "ThinkPad T14 Gen 4", "10.0.22631.4169", "LAPTOP"],
    EnrollmentType::WindowsAzureAdJoin,
    Ownership::Company,
);
/// A phone of a person's own.
pub const IPHONE: Model = model(
    Platform::Ios,
    ["Apple", "iPhone 15", "18.1", "IPHONE"],
    EnrollmentType::UserEnrollment,
    Ownership::Personal,
);
/// A tablet of Contoso's.
pub const IPAD: Model = model(
    Platform::Ios,
    ["Apple", "iPad (10th generation)", "18.1", "IPAD"],
    EnrollmentType::AppleBulkWithUser,
    Ownership::Company,
);
/// A phone with a work profile.
pub const GALAXY: Model = model(
    Platform::Android,
    ["samsung", "SM-A546B", "14", "ANDROID"],
    EnrollmentType::UserEnrollment,
    Ownership::Personal,
);
/// A till that nobody signs in to.
pub const TILL: Model = model(
    Platform::Android,
    ["Zebra", "TC26", "13", "TILL"],
    EnrollmentType::AndroidDedicated,
    Ownership::Company,
);
/// A desktop computer that a device enrollment manager sets up.
pub const DESKTOP: Model = model(
    Platform::Windows,
    ["HP", "EliteDesk 800 G9", "10.0.22631.4169", "DESKTOP"],
    EnrollmentType::DeviceEnrollmentManager,
    Ownership::Company,
);
/// A computer with the PC agent.
pub const AGENT_PC: Model = model(
    Platform::Windows,
    ["Dell Inc.", "OptiPlex 7010", "10.0.19045.4894", "PC"],
    EnrollmentType::UserEnrollment,
    Ownership::Company,
);

/// What people of the crowd have, as often as it stands here.
const CROWD: &[Model] = &[
    THINKPAD,
    model(
        Platform::Windows,
        ["HP", "HP EliteBook 840 G10", "10.0.22631.4169", "LAPTOP"],
        EnrollmentType::WindowsAzureAdJoin,
        Ownership::Company,
    ),
    model(
        Platform::Windows,
        [
            "Microsoft Corporation",
            "Surface Laptop 6",
            "10.0.26100.1742",
            "LAPTOP",
        ],
        EnrollmentType::WindowsAutoEnrollment,
        Ownership::Company,
    ),
    // Co-managed: exempt from licenses of its own, and judged by Configuration Manager.
    model(
        Platform::Windows,
        ["Dell Inc.", "Latitude 5450", "10.0.22631.4169", "LAPTOP"],
        EnrollmentType::WindowsCoManagement,
        Ownership::Company,
    ),
    IPHONE,
    IPHONE,
    IPAD,
    GALAXY,
    model(
        Platform::Android,
        ["Google", "Pixel 8", "15", "ANDROID"],
        EnrollmentType::AndroidFullyManaged,
        Ownership::Company,
    ),
    model(
        Platform::MacOs,
        ["Apple", "MacBook Air", "15.1", "MACBOOK"],
        EnrollmentType::AppleBulkWithUser,
        Ownership::Company,
    ),
    model(
        Platform::Linux,
        ["Dell Inc.", "XPS 13 9340", "24.04", "UBUNTU"],
        EnrollmentType::UserEnrollment,
        Ownership::Company,
    ),
];

impl Model {
    /// One of the crowd's.
    pub fn any(draw: &mut Draw) -> &'static Self {
        draw.pick(CROWD)
    }

    /// A device of this model.
    pub fn enrollment(&self, draw: &mut Draw) -> Enrollment {
        let serial = word(draw, 10);
        let is_phone = self.platform == Platform::Android || self.name == IPHONE.name;
        let imei = if is_phone {
            digits(draw, 15)
        } else {
            String::new()
        };
        let is_co_managed = self.enrollment_type == EnrollmentType::WindowsCoManagement;
        Enrollment {
            id: draw.id(),
            platform: self.platform,
            enrollment_type: self.enrollment_type,
            ownership: self.ownership,
            agent: if is_co_managed {
                Agent::ConfigurationManagerClientMdm
            } else {
                Agent::Mdm
            },
            build: Build {
                manufacturer: self.manufacturer.to_owned(),
                model: self.name.to_owned(),
                os_version: self.os_version.to_owned(),
            },
            details: DeviceDetails {
                name: format!("{}-{}", self.prefix, word(draw, 6)),
                serial,
                imei,
                directory_id: Some(draw.id()),
            },
            ..Enrollment::default()
        }
    }
}

/// So many letters and digits that cannot be taken for one another.
fn word(draw: &mut Draw, length: usize) -> String {
    text(draw, b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789", length)
}

fn digits(draw: &mut Draw, length: usize) -> String {
    text(draw, b"0123456789", length)
}

fn text(draw: &mut Draw, characters: &[u8], length: usize) -> String {
    let character = |_| char::from(*draw.pick(characters));
    (0..length).map(character).collect()
}
