# Devices, and whether they are compliant.

devices-search = Search by name or serial number
devices-count = { $count ->
    [one] 1 device
   *[other] { $count } devices
}
devices-none = No devices match. Try another name, or show all devices.
devices-nothing = No device has enrolled yet. Devices appear here when users enroll them.
devices-all = Show all devices
column-owner = User
column-compliance = Compliance
user-gone = Deleted
device-facts = About
device-platform = Platform
device-version = Version
device-manufacturer = Manufacturer
device-model = Model
device-serial = Serial number
device-imei = IMEI
device-ownership = Owned by
device-managed = Managed by
device-enrollment = Enrollment
device-management-state = State
device-enrolled = Enrolled on
device-contacted = Last check-in
device-licensing = License and limit
device-users = Users
device-users-none = This device has no user.
device-dates = What happens when
device-counts = Counts toward the device limit.
device-counts-not = Does not count toward the device limit.
device-counted = { $counted } of { $limit } count for its user.

ownership-unknown = Not known
ownership-company = The organization
ownership-personal = The user
agent-mdm = An MDM server
agent-intuneClient = The PC agent
agent-configurationManagerClientMdm = Configuration Manager and an MDM server
agent-basic = Basic Mobility and Security
management-managed = Managed
management-retirePending = To be retired at its next check-in
management-retireIssued = Being retired
management-retireFailed = Retiring failed
enrollment-unknown = Not known
enrollment-userEnrollment = By its user
enrollment-deviceEnrollmentManager = By a device enrollment manager
enrollment-appleBulkWithUser = Apple Automated Device Enrollment, with a user
enrollment-appleBulkWithoutUser = Apple Automated Device Enrollment, without a user
enrollment-windowsAzureADJoin = By joining Entra ID
enrollment-windowsBulkUserless = By a provisioning package, without a user
enrollment-windowsAutoEnrollment = By group policy
enrollment-windowsBulkAzureDomainJoin = By a provisioning package that joins Entra ID
enrollment-windowsCoManagement = Co-managed with Configuration Manager
enrollment-windowsAzureADJoinUsingDeviceAuth = Autopilot in self-deploying mode
enrollment-appleUserEnrollment = Apple User Enrollment
enrollment-appleUserEnrollmentWithServiceAccount = Apple User Enrollment with a service account
enrollment-androidEnterpriseDedicatedDevice = Android Enterprise, dedicated
enrollment-androidEnterpriseFullyManaged = Android Enterprise, fully managed
enrollment-androidEnterpriseCorporateWorkProfile = Android Enterprise, corporate-owned with a work profile
enrollment-androidAOSPUserOwnedDeviceEnrollment = Android Open Source Project, with a user
enrollment-androidAOSPUserlessDeviceEnrollment = Android Open Source Project, without a user

why-user-gone = Its user was deleted.
why-not-licensed = Its user has no license for device management.
why-silent = It did not check in for { $days } days or more.
why-no-policy = No compliance policy applies to it, and the organization asks for one.
why-reported = It does not meet its compliance policies.
why-in-grace = It does not meet its compliance policies, and may for a while.
why-conflict = Its compliance policies contradict each other.
why-error = Its compliance could not be judged.

cover-userLicense = Covered by the license of its user.
cover-allUsersLicensed = Covered by the licenses of all of its users.
cover-deviceLicense = Covered by a device license.
cover-exempt = Co-managed: it needs no license of its own.
cover-basicMobilityAndSecurity = Covered by Basic Mobility and Security.
cover-nothing = No license covers this device.

date-restorable = Give the license back by { $date }, and the device is compliant without enrolling again.
date-too-late = The certificate expired on { $date }: the device must enroll again, which needs a license.
date-silent = On { $date } it stops being compliant, unless it checks in before.
date-hidden = On { $date } it is hidden from lists, unless it checks in before.
date-certificate = On { $date } its certificate expires, unless it checks in before. Then it must enroll again.
date-removed = On { $date } its record is removed, if it never checks in again.
