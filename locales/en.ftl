# Sentences of Zetel in English. Names of people, groups, products and service plans stand in them as they are.
# A test compares the keys and arguments of all languages.

# Lists, dates and names

list-and = { $first } and { $last }
list-or = { $first } or { $last }
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
named = { $name } ({ $more })
plan-of-product = { $plan } in { $product }
product-direct = the assignment of { $product } to the user
product-of-group = { $product } of the group { $group }
nameless = something without a name
purged-user = a user who was erased

# What the user has

user-deleted = The user was deleted on { $date } and holds no seat. What is listed here comes back when the user is restored.
nothing-meant = No product is meant for this user.
plan-on = { $plan } is on, through { $sources }.
plan-switched-off = { $plan } is off: every assignment with it switches it off.
plan-blocked = { $plan } is off: what would give it could not be applied.
plan-not-meant = { $plan } is off: nothing gives this user a product with it.
product-full = { $product }: the user has it, with all service plans.
product-partial = { $product }: the user has it, without some service plans.
product-missing = { $product }: the user should have it and does not have it.
product-not-meant = { $product }: the user does not have it, and nothing gives it.
source-direct = Assigned to the user, last changed on { $date }.
source-group = From the group { $group }; member since { $date }.
source-group-path = From the group { $group } by way of { $path }; member since { $date }.
source-group-left = From the group { $group }.
source-kept = Kept from the group { $group }, which no longer gives it like this: it could not be taken away.
source-ending = Was assigned to the user and taken away; it goes on { $date }.
source-ending-group = Was given by the group { $group } and taken away; it goes on { $date }.
source-fallback = From the group { $group }, instead of { $product }, of which no seat was left.
source-not-applied = It could not be applied.
source-off = It switches off { $plans }.
plans-off = Off, because every assignment switches it off: { $plans }.
plans-blocked = Off, because what would give it could not be applied: { $plans }.

# What stands in the way

problem = { $product }
problem-of-group = { $product }, from the group { $group }
problem-kept = { $product }, kept from the group { $group }
problem-siblings = A group gives all of its products or none, so these wait for it: { $products }.
problem-siblings-kept = These stay with it: { $products }.
cause-no-seat = { $bought ->
    [one] The only seat of { $product } is taken.
    [2] Both seats of { $product } are taken.
   *[other] All { $bought } seats of { $product } are taken.
}
cause-more-than-bought = { $used } people have { $product }, and there are seats for { $bought } only.
cause-no-seats-at-all = There are no seats of { $product } that can be assigned.
cause-seat-past = No seat of { $product } was left when this was last decided. { $free ->
    [one] One seat is free now.
   *[other] { $free } seats are free now.
}
cause-waiting = { $before ->
    [0] The user is next of the { $total } who wait for it.
    [one] One of the { $total } who wait for it comes before the user.
   *[other] { $before } of the { $total } who wait for it come before the user.
}
cause-excluded = { $plan } and { $otherPlan } exclude each other. The second comes from { $other }.
cause-excluded-itself = { $plan } and { $otherPlan } exclude each other, and { $product } has both.
cause-lacks = { $plan } needs { $requires }, which the user does not have.
cause-lacks-sibling = The same group would give it with { $sibling }, which could not be applied either. { $cause }
cause-lacks-sibling-free = The same group would give it with { $sibling }, and nothing stands in the way of that now.
cause-needed-by = { $product } cannot be taken away: { $plan }, from { $other }, needs { $needs } from it.
cause-location = { $subject } may not be used in { $location }, the user's usage location.
cause-location-default = { $subject } may not be used in { $location }, the organization's usage location, which counts because the user has none.
cause-address = The mail address { $address } belongs to { $owner } as well.
cause-sibling = Another product of the same group, { $sibling }, could not be applied.
cause-past = { $error } Nothing stands in the way of it now.
cause-inactive = The subscription of { $product } is { $status ->
    [suspended] suspended
    [lockedOut] cancelled
   *[deleted] over
}, so its service plans do not work.
cause-switched-off = { $plan } is off in every assignment of { $product }.
cause-only-nested = { $group } gives { $product } to its own members only, and the user is in it by way of { $path }.
cause-not-meant = Nothing gives this user { $product }: it is not assigned, and no group of the user has it.

# Errors by their kind

error-count = No seat was left.
error-mutually-exclusive = A service plan excludes one that the user has from elsewhere.
error-dependency = A service plan lacks one that it needs, or another one needs what should go.
error-location = The product may not be used where the user is.
error-uniqueness = A mail address of the user belongs to somebody else too.
error-other = Another product of the same group could not be applied.

# What can be done about them in general

advice-count = Free or buy seats, then process the users again.
advice-mutually-exclusive = Switch one of the two service plans off, or take one of the two products away.
advice-dependency = Give what is lacking in another way or switch off what needs it, then process the users again.
advice-location = Correct the usage location of the users or take them out of the group, then process them again.
advice-uniqueness = Take the mail address from one of the two users, then process the user again.
advice-other = Remedy the error of the other product of the group.

# What can be done about one problem

remedies = What can be done, the cheapest first:
remedies-none = Nothing that is known here remedies it.
remedies-deleted = Restore the user first.
remedy-reprocess-user = Process the user again; it succeeds now.
remedy-set-usage-location = Set the user's usage location to where the user really is; it is { $now } now.
remedy-set-first-usage-location = Set the user's usage location to where the user really is; there is none now.
remedy-fix-address = Take the mail address { $address } from the user or from { $owner }.
remedy-switch-on = Switch on { $plan } in the assignment of { $product } to the user.
remedy-switch-on-group = Switch on { $plan } in { $product } of the group { $group }.
remedy-switch-off = Switch off { $plans } in the assignment of { $product } to the user.
remedy-switch-off-group = Switch off { $plans } in { $product } of the group { $group }.
remedy-assign-direct = Assign { $product } to the user.
remedy-add-to-group = Make the user a member of the group { $group }.
remedy-remove-direct = Remove the assignment of { $product } to the user.
remedy-remove-from-group = Take the user out of the group { $group }.
remedy-free-seats = Take { $product } from { $count ->
    [one] somebody else
   *[other] { $count } others
} who can do without it.
remedy-renew = Renew the subscription of { $product }.
remedy-buy-seats = Buy { $count ->
    [one] one seat
   *[other] { $count } seats
} of { $product }.
remedy-enable-nested-groups = Let nested groups count, in the licensing policy of the organization.
remedy-enable-partial-success = Let each product of a group be decided on its own, in the licensing policy of the organization; then the others no longer wait.
remedy-enable-automatic-reprocessing = Let what failed be tried again by itself, in the licensing policy of the organization; then the user gets a seat as soon as one is free.
remedy-seats = { $count ->
    [one] It takes one seat more than there is.
   *[other] It takes { $count } seats more than there are.
}
remedy-people = { $count ->
    [one] It concerns one person.
   *[other] It concerns { $count } people.
}
remedy-reprocess-after = Then process the user again.
remedy-not-enough = This alone is not enough.

# Refusals

refusal-user-not-found = There is no user { $key }.
refusal-no-license-changes = Nothing is to be added and nothing to be removed.
refusal-product-named-twice = { $product } is named twice.
refusal-product-not-owned = The organization does not own { $product }.
refusal-product-not-assignable = { $product } is for devices or for the whole organization and cannot be assigned to people.
refusal-plan-not-in-product = { $plan } is not a service plan of { $product }.
refusal-license-not-held = { $product } is not assigned to the user.
refusal-license-inherited = { $product } comes from a group; take the user out of the group, or the product from the group.
refusal-usage-location-missing = The user has no usage location; set one first.
refusal-location = { $product } may not be used in { $location }.
refusal-mutually-exclusive = { $plans } exclude each other.
refusal-dependency = { $plan } needs { $requires }.
refusal-no-seats = No seat of { $product } is left; free or buy one.
refusal-address = The mail address { $address } belongs to another user too; take it from one of the two.
refusal-direct-off = The licensing policy allows licenses from groups only; make the user a member of a group that has the product.
refusal-group-not-found = The group does not exist or was deleted.
refusal-members-follow-rule = The members of { $group } follow from its rule; change the rule, or the property of the user that it asks for.
refusal-group-has-licenses = { $group } has licenses and cannot be deleted; take the licenses from the group first.
refusal-group-not-licensable = { $group } cannot have licenses: it is not a security group, or roles can be assigned to it.
refusal-group-license-not-held = The group does not have { $product }.
refusal-guarded = The guard stopped the change: { $users ->
    [one] one person would lose service plans
   *[other] { $users } people would lose service plans
}. Look at its plan and confirm it with the token of the plan.
refusal-guarded-approval = The guard stopped the change: { $users ->
    [one] one person would lose service plans
   *[other] { $users } people would lose service plans
}. Somebody else must approve its plan first.
refusal-own-approval = Whoever asked for a change cannot approve it; ask somebody else.
refusal-invalid-token = The token is not that of a plan.
refusal-nothing-to-undo = Nothing of the change can be undone.

# Why a device may not enroll, and what to do about it

other-users = { $count ->
    [one] one other
   *[other] { $count } others
}
default-limit-policy = the default policy
device-without-name = The device
device-by-serial = The device with the serial number { $serial }
reason-authority-not-set = Nobody manages devices in this organization. Set the MDM authority first.
reason-user-required = A device that enrolls this way needs a user. Say whose it is.
reason-user-not-found = There is no user { $key }. Check the name, or create the user first.
reason-user-deleted = { $user } was deleted. Restore the user first.
reason-user-disabled = The account of { $user } is disabled. Enable it first.
reason-not-enrollment-manager = { $user } is no device enrollment manager. Make the user one, or enroll the device in another way.
reason-not-for-enrollment-managers = { $user } is a device enrollment manager and cannot enroll devices this way. Enroll the device with another account.
gap-no-product = { $user } has no license for device management. Assign { $products } to the user.
gap-no-product-at-all = { $user } has no license for device management, and the organization has none to give. Buy a product with device management and assign it to the user.
gap-plan-off = { $user } has { $product }, but { $plans } is switched off in it. Switch it on for the user.
gap-not-usable = { $user } has { $product }, but its subscription is { $status ->
    [suspended] suspended
    [lockedOut] cancelled
   *[deleted] over
}. Renew the subscription, or assign another product with device management.
reason-users-not-licensed = Not everybody who uses this shared device has a license for device management: { $users } must get one. { $bought ->
    [0] The organization has no device license that could cover it instead.
   *[other] No device license is left that could cover it instead; buying one more would do as well.
}
reason-shared-without-users = Nobody is named who uses this shared device, and { $bought ->
    [0] the organization has no device license that could cover it
   *[other] no device license is left that could cover it
}. Name users who are licensed, or buy a device license.
reason-device-license-not-accepted = A device that enrolls this way has no user, and no device license can cover it. Enroll it with a user, or in another way.
reason-no-device-license = { $bought ->
    [0] The device needs a device license, and the organization has none.
    [one] The device needs a device license, and the only one is taken.
   *[other] The device needs a device license, and all { $bought } are taken.
} Buy one, or remove a device that needs one.
reason-limit-reached = { $user } has { $used ->
    [one] one device
   *[other] { $used } devices
}, and the limit is { $limit }, by { $policy }. Remove a device that is no longer used, or raise the limit.
reason-agents = { $user } has the PC agent on { $used ->
    [one] one computer
   *[other] { $used } computers
}, and a license covers { $limit }. Remove one that is no longer used.
reason-virtual-agents = { $user } has the PC agent on { $used ->
    [one] one virtual machine
   *[other] { $used } virtual machines
}, and a license covers { $limit }. Remove one that is no longer used.
reason-manager-limit = { $user } has enrolled { $used ->
    [one] one device
   *[other] { $used } devices
} as a device enrollment manager, and the limit is { $limit }. Remove devices that are no longer used, or enroll with another manager.
reason-manager-limit-android = { $user } has enrolled { $used ->
    [one] one personal Android device
   *[other] { $used } personal Android devices
} as a device enrollment manager, and the limit is { $limit }. Remove devices that are no longer used, or enroll with another manager.
reason-managed-otherwise = { $device } is managed in another way already: the PC agent and an MDM server exclude each other. Take it out of the other management first.
reason-device-of-another-user = { $device } is enrolled for somebody else. Delete its record first, then enroll it again.
warning-pool-short = With this device, { $used } devices need a device license, and the organization has { $bought ->
    [one] one
   *[other] { $bought }
}. Buy { $short } more.

# Refusals of changes to devices

refusal-device-not-found = No device with this id is enrolled. Enroll it first.
refusal-must-enroll-again = { $device } was not heard of in time: its certificate expired on { $date }. Enroll it again.
refusal-device-differs = { $device } is enrolled under this id with another { $what ->
    [operatingSystem] platform
   *[serialNumber] serial number
}. Give the new device an id of its own, or delete the record first.
refusal-device-setting = The setting { $name } cannot have this value. Choose another one.
refusal-limit-policy-not-found = There is no such policy that limits devices per user. List the policies to find its id.
refusal-default-limit-policy = This cannot be done to the default policy that limits devices per user. Make a policy of your own for some groups.
refusal-not-enrollment-manager = { $user } is no device enrollment manager. Nothing is to be removed.

# What becomes of devices

step-enrollment-refused = From { $date } on, new devices are refused. Nothing is wiped, and this device may go on checking in.
step-not-licensed = From { $date } on, the device is not compliant, since its user has no license for device management; conditional access blocks it.
step-basic-mobility = At its first check-in after { $date }, Basic Mobility and Security takes over; profiles of Intune that are left go within seven days.
step-grace-ends = On { $date }, the time ends in which the device may be out of compliance with its own policies.
step-silent = On { $date }, the device stops being compliant for want of contact, unless it checks in before.
step-hidden = On { $date }, the device is hidden from lists, unless it checks in before.
step-certificate-expires = On { $date }, the certificate of the device expires, unless it checks in before; then the device must enroll again, which needs a license.
step-user-purged = On { $date }, the user is erased for good.
step-record-removed = On { $date }, the record of the device is removed, unless it checked in before its certificate expired.
restore-product = Give { $product } back by { $date }, with its plan of device management on: the device is then compliant again without enrolling again.
restore-license = Give the user a license for device management by { $date }: the device is then compliant again without enrolling again.
restore-user = Restore the user by { $date }: licenses and groups come back, and the device is compliant again without enrolling again.
restore-too-late = It is too late to restore it: the device must enroll again, which needs a license.
restore-not-needed = The license does not matter to this device: something else covers it.

# Who can enroll a device

status-can-enroll = { $count } of { $licensed } { $licensed ->
    [one] licensed user
   *[other] licensed users
} can enroll a device now.
status-authority-not-set = { $count } cannot, because nobody manages devices in this organization: set the MDM authority.
status-disabled = { $count } cannot, because sign-in is blocked: enable the { $count ->
    [one] account
   *[other] accounts
}.
status-plan-off = { $count } cannot, because the plan of device management is switched off in the license: switch it on.
status-product-not-usable = { $count } cannot, because the subscription of the product has run out: renew it.
status-limit-reached = { $count } cannot, because they have as many devices as they may: remove a device, or raise the limit.
status-pool-short = { $needed } devices need a device license, and { $bought } were bought.
