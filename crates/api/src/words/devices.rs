//! What becomes of devices when a license goes, and who can enroll one.

use zetel_domain::{
    Tenant, Timestamp,
    device::{DeviceForecast, Forecast, Step, TenantStatus},
};

use super::{
    Language, Speaker,
    message::{Argument, message},
};

/// Speaks of a tenant's devices in a language.
#[derive(Clone, Copy)]
pub struct DeviceSpeaker<'a>(Speaker<'a>);

impl<'a> DeviceSpeaker<'a> {
    /// Speaks of this tenant in this language.
    pub const fn new(tenant: &'a Tenant, language: Language) -> Self {
        Self(Speaker { tenant, language })
    }

    /// The language.
    pub const fn language(self) -> Language {
        self.0.language
    }

    /// What happens to a device at a time.
    pub fn step(self, at: Timestamp, step: Step) -> String {
        let key = match step {
            Step::EnrollmentRefused => "step-enrollment-refused",
            Step::NotLicensed => "step-not-licensed",
            Step::MovesToBasicMobility => "step-basic-mobility",
            Step::GraceEnds => "step-grace-ends",
            Step::Silent => "step-silent",
            Step::Hidden => "step-hidden",
            Step::CertificateExpires => "step-certificate-expires",
            Step::UserPurged => "step-user-purged",
            Step::RecordRemoved => "step-record-removed",
        };
        self.0.say(key, &[("date", self.0.date(at).into())])
    }

    /// Until when a device can be compliant again without enrolling again, and how.
    pub fn restore(self, forecast: &Forecast, device: &DeviceForecast) -> String {
        let Some(until) = device.restorable_until else {
            let key = if device.depends {
                "restore-too-late"
            } else {
                "restore-not-needed"
            };
            return self.0.say(key, &[]);
        };
        let date = ("date", self.0.date(until).into());
        let product = forecast.products.first();
        let product = product.map(|product| ("product", self.0.product(*product).into()));
        match (forecast.user_purged, product) {
            (Some(_), _) => self.0.say("restore-user", &[date]),
            (None, Some(product)) => self.0.say("restore-product", &[date, product]),
            (None, None) => self.0.say("restore-license", &[date]),
        }
    }
}

/// How many of the licensed users can enroll a device, and why the others cannot.
pub fn device_status_text(status: &TenantStatus, language: Language) -> String {
    let cannot = &status.cannot_enroll;
    let count = |count: u32| -> Argument<'static> { ("count", f64::from(count).into()) };
    let mut sentences = vec![message(
        language,
        "status-can-enroll",
        &[
            ("licensed", f64::from(status.licensed_users).into()),
            count(status.can_enroll),
        ],
    )];
    let reasons = [
        ("status-authority-not-set", cannot.authority_not_set),
        ("status-disabled", cannot.disabled),
        ("status-plan-off", cannot.plan_off),
        ("status-product-not-usable", cannot.product_not_usable),
        ("status-limit-reached", cannot.limit_reached),
    ];
    for (key, number) in reasons {
        if number > 0 {
            sentences.push(message(language, key, &[count(number)]));
        }
    }
    let pool = status.device_licenses;
    if pool.short() > 0 {
        let short = [
            ("bought", f64::from(pool.bought).into()),
            ("needed", f64::from(pool.used).into()),
        ];
        sentences.push(message(language, "status-pool-short", &short));
    }
    sentences.join(" ")
}
