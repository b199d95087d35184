//! What can be asked of devices of the directory.

use zetel_domain::device::DeviceView;
use zetel_query::{Asked, Entity, TextMatch, tables};

use super::{Filtered, PropertyTest};
use crate::graph::render::{
    directory_device::{
        Device, INTUNE_APPLICATION, PROFILE_TYPE, directory_id, trust_type, verdict,
    },
    managed_device::DeviceRow,
};

impl Filtered for Device {
    const ASKED: &'static Entity = &tables::DEVICE;
}

/// A question about a device of the directory.
pub(crate) type DirectoryDeviceTest = PropertyTest<Device>;

impl DirectoryDeviceTest {
    /// Whether it holds for a device.
    pub fn holds(&self, row: &DeviceRow<'_>) -> bool {
        match &self.asked {
            Asked::Guid(ids) => ids.contains(&row.device.id),
            Asked::Text(matched) => self.fits_text(&row.device, matched),
            Asked::Time(matched) => matched.fits(Some(row.device.contacted().0)),
            Asked::Flag(flags) => flags.contains(&match self.name {
                "isCompliant" => verdict(row).0,
                _ => Some(true),
            }),
            _ => false,
        }
    }

    fn fits_text(&self, device: &DeviceView<'_>, matched: &TextMatch) -> bool {
        let fits_or_null = |text: &str| matched.fits(Some(text).filter(|text| !text.is_empty()));
        match self.name {
            "deviceId" => matched.fits(Some(&directory_id(device).to_string())),
            "displayName" => fits_or_null(device.name()),
            "mdmAppId" => matched.fits(Some(INTUNE_APPLICATION)),
            "operatingSystem" => matched.fits(Some(device.platform().as_str())),
            "operatingSystemVersion" => fits_or_null(&device.build().os_version),
            "profileType" => matched.fits(Some(PROFILE_TYPE)),
            "trustType" => matched.fits(Some(trust_type(device.enrollment_type()))),
            _ => false,
        }
    }
}
