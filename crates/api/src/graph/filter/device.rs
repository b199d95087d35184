//! What can be asked of managed devices in a `$filter`.

use uuid::Uuid;
use zetel_domain::{Tenant, Timestamp, device::DeviceView, state::Bits, user::UserView};

use super::{
    Condition, Test,
    clause::{Clause, Order},
    text::TextMatch,
};
use crate::graph::{
    error::GraphError,
    render::managed_device::{ManagedDevice, enrollment_word},
    schema::{Entity, EnumType, properties_of},
};

/// A question about a managed device.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DeviceTest {
    /// A property that is a text, an id or a word.
    Text(DeviceText, TextMatch),
    /// `enrolledDateTime`
    Enrolled(Order, Timestamp),
    /// `lastSyncDateTime`
    Contacted(Order, Timestamp),
}

/// A property of a managed device that is a text, an id or a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceText {
    /// `id`
    Id,
    /// `userId`
    UserId,
    /// `userPrincipalName`
    PrincipalName,
    /// `deviceName`
    Name,
    /// `serialNumber`
    Serial,
    /// `operatingSystem`
    Platform,
    /// `complianceState`
    Compliance,
    /// `managedDeviceOwnerType`
    Ownership,
    /// `managementState`
    Management,
    /// `deviceEnrollmentType`
    EnrollmentType,
    /// `azureADDeviceId`
    DirectoryId,
}

impl Test for DeviceTest {
    const TYPE: &'static str = "managedDevice";

    fn of(clause: &Clause) -> Result<Condition<Self>, GraphError> {
        use DeviceText as D;
        let text = |property| clause.text(Self::TYPE, |matched| Self::Text(property, matched));
        let word = |property, kind: &str| {
            let members = EnumType::find(kind).map_or(&[][..], |kind| kind.members);
            let words: Vec<&str> = members.iter().map(|(word, _)| *word).collect();
            clause.word(Self::TYPE, &words, |matched| Self::Text(property, matched))
        };
        match clause.path.to_ascii_lowercase().as_str() {
            "id" => text(D::Id),
            "userid" => text(D::UserId),
            "userprincipalname" => text(D::PrincipalName),
            "devicename" => text(D::Name),
            "serialnumber" => text(D::Serial),
            "operatingsystem" => text(D::Platform),
            "azureaddeviceid" => text(D::DirectoryId),
            "compliancestate" => word(D::Compliance, "complianceState"),
            "manageddeviceownertype" => word(D::Ownership, "managedDeviceOwnerType"),
            "managementstate" => word(D::Management, "managementState"),
            "deviceenrollmenttype" => word(D::EnrollmentType, "deviceEnrollmentType"),
            "enrolleddatetime" => clause.time(Self::TYPE, Self::Enrolled),
            "lastsyncdatetime" => clause.time(Self::TYPE, Self::Contacted),
            path => {
                let name = path.split('/').next().unwrap_or_default();
                let known = properties_of::<ManagedDevice>();
                let known = known.iter().map(|property| property.name);
                let mut known = known.chain(ManagedDevice::NOT_IMPLEMENTED.iter().copied());
                Err(if known.any(|known| known.eq_ignore_ascii_case(name)) {
                    clause.unsupported(Self::TYPE)
                } else {
                    clause.unknown(Self::TYPE)
                })
            }
        }
    }
}

impl DeviceTest {
    /// Whether it holds for a device.
    pub fn holds(&self, tenant: &Tenant, device: &DeviceView<'_>, now: Timestamp) -> bool {
        match self {
            Self::Text(property, matched) => property.fits(tenant, device, now, matched),
            Self::Enrolled(order, at) => order.holds(&device.enrolled(), at),
            Self::Contacted(order, at) => order.holds(&device.contacted(), at),
        }
    }

    /// Devices outside of which it cannot hold, where an index tells.
    pub fn candidates(&self, tenant: &Tenant) -> Option<Bits> {
        let Self::Text(property, matched) = self else {
            return None;
        };
        let devices = tenant.devices();
        let of = |user: Option<UserView<'_>>| {
            let user = user.map(|user| user.ordinal);
            user.into_iter()
                .flat_map(|user| devices.of_user(user))
                .map(|device| device.ordinal.0)
        };
        let texts = || {
            matched
                .texts()
                .filter(|texts| texts.iter().all(|text| !text.is_empty()))
        };
        let ids = || {
            let texts = texts()?.into_iter();
            Some(texts.filter_map(|text| Uuid::try_parse(text).ok()))
        };
        match property {
            DeviceText::Id => Some(
                ids()?
                    .filter_map(|id| devices.find_id(id))
                    .map(|device| device.ordinal.0)
                    .collect(),
            ),
            DeviceText::UserId => Some(
                ids()?
                    .flat_map(|id| of(tenant.users().find_id(id)))
                    .collect(),
            ),
            _ => None,
        }
    }
}

impl DeviceText {
    fn fits(
        self,
        tenant: &Tenant,
        device: &DeviceView<'_>,
        now: Timestamp,
        matched: &TextMatch,
    ) -> bool {
        let user = || tenant.users().view(device.user()?);
        let fits_id = |id: Option<Uuid>| {
            let mut buffer = Uuid::encode_buffer();
            matched.fits(id.map_or("", |id| id.hyphenated().encode_lower(&mut buffer)))
        };
        match self {
            Self::Id => fits_id(Some(device.id)),
            Self::UserId => fits_id(user().map(|user| user.id)),
            Self::DirectoryId => fits_id(device.directory_id()),
            Self::PrincipalName => {
                matched.fits(user().as_ref().map_or("", UserView::principal_name))
            }
            Self::Name => matched.fits(device.name()),
            Self::Serial => matched.fits(device.serial()),
            Self::Platform => matched.fits(device.platform().as_str()),
            Self::Compliance => matched.fits(tenant.compliance(device, now).state.as_str()),
            Self::Ownership => matched.fits(device.ownership().as_str()),
            Self::Management => matched.fits(device.management().as_str()),
            Self::EnrollmentType => matched.fits(enrollment_word(device.enrollment_type())),
        }
    }
}
