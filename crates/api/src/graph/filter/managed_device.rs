//! What can be asked of managed devices.

use uuid::Uuid;
use zetel_domain::{Tenant, Timestamp, device::DeviceView, state::SetExpression, user::UserView};
use zetel_query::{Asked, Entity, Reach, TextMatch, tables};

use super::{Filtered, PropertyTest};
use crate::graph::render::managed_device::{ManagedDevice, enrollment_word};

impl Filtered for ManagedDevice {
    const ASKED: &'static Entity = &tables::MANAGED_DEVICE;
}

/// A question about a managed device.
pub(crate) type DeviceTest = PropertyTest<ManagedDevice>;

impl DeviceTest {
    /// Whether it holds for a device.
    pub fn holds(&self, tenant: &Tenant, device: &DeviceView<'_>, now: Timestamp) -> bool {
        match &self.asked {
            Asked::Text(matched) => self.fits_text(tenant, device, now, matched),
            Asked::Time(matched) => matched.fits(match self.name {
                "enrolledDateTime" => Some(device.enrolled().0),
                _ => Some(device.contacted().0),
            }),
            _ => false,
        }
    }

    /// The devices for which it holds, as far as an index tells.
    pub fn reach(&self, tenant: &Tenant) -> Reach {
        let Asked::Text(matched) = &self.asked else {
            return Reach::Unknown;
        };
        let Some(texts) = matched.texts() else {
            return Reach::Unknown;
        };
        // Devices without a user show an empty id.
        if texts.contains(&"") {
            return Reach::Unknown;
        }
        let ids = texts.iter().filter_map(|text| Uuid::try_parse(text).ok());
        let devices = tenant.devices();
        match self.name {
            "id" => {
                let found = ids.filter_map(|id| devices.find_id(id));
                Reach::Within(SetExpression::Set(
                    found.map(|device| device.ordinal.0).collect(),
                ))
            }
            "userId" => {
                let users = ids.filter_map(|id| tenant.users().find_id(id));
                let found = users.flat_map(|user| devices.of_user(user.ordinal));
                Reach::Within(SetExpression::Set(
                    found.map(|device| device.ordinal.0).collect(),
                ))
            }
            _ => Reach::Unknown,
        }
    }

    fn fits_text(
        &self,
        tenant: &Tenant,
        device: &DeviceView<'_>,
        now: Timestamp,
        matched: &TextMatch,
    ) -> bool {
        let user = || tenant.users().view(device.user()?);
        let fits_id = |id: Option<Uuid>, nothing: Option<&str>| {
            let mut buffer = Uuid::encode_buffer();
            matched.fits(match id {
                Some(id) => Some(id.hyphenated().encode_lower(&mut buffer)),
                None => nothing,
            })
        };
        let fits_or_null = |text: &str| matched.fits(Some(text).filter(|text| !text.is_empty()));
        match self.name {
            "id" => fits_id(Some(device.id), None),
            "userId" => fits_id(user().map(|user| user.id), Some("")),
            "azureADDeviceId" => fits_id(device.directory_id(), None),
            "userPrincipalName" => {
                matched.fits(Some(user().as_ref().map_or("", UserView::principal_name)))
            }
            "deviceName" => fits_or_null(device.name()),
            "serialNumber" => fits_or_null(device.serial()),
            "operatingSystem" => matched.fits(Some(device.platform().as_str())),
            "complianceState" => matched.fits(Some(tenant.compliance(device, now).state.as_str())),
            "managedDeviceOwnerType" => matched.fits(Some(device.ownership().as_str())),
            "managementState" => matched.fits(Some(device.management().as_str())),
            "deviceEnrollmentType" => matched.fits(Some(enrollment_word(device.enrollment_type()))),
            _ => false,
        }
    }
}
