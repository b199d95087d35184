# Users, their licenses, and what a change would do.

users-title = Users
users-search = Search by name or user name
users-chips = Show only
users-count = { $count ->
    [one] 1 user
   *[other] { $count } users
}
users-none = No users match. Try another name, or show all users.
users-all = Show all users
chip-off = Stop showing only these
only-unlicensed = No license
only-failed = Has an error
only-unlocated = No usage location
only-noncompliant = Not compliant
only-product = Product: { $name }
only-group = Group: { $name }
only-department = Department: { $name }
column-name = Name
column-department = Department
column-licenses = Licenses
column-devices = Devices
column-location = Usage location
select-page = Select all users on this page
select-one = Select { $name }
select-all-matching = { $count ->
    [one] Select the 1 user that matches
   *[other] Select all { $count } users that match
}
selected = { $count ->
    [one] 1 user selected
   *[other] { $count } users selected
}
edit-licenses = Edit licenses
next-page = Next page
from-group = from a group
not-applied = not applied
disabled = Blocked
no-location = None
noncompliant-count = { $count } not compliant

user-disabled = This user is blocked from signing in. Licenses stay assigned.
cannot-enroll = Cannot enroll devices.
can-enroll = Can enroll devices.
user-facts = About
fact-principal-name = User name
fact-job-title = Job title
fact-department = Department
fact-location = Usage location
fact-mail = Mail
user-groups = Groups
user-groups-none = In no group.
user-devices = Devices ({ $counted } of { $limit })
user-devices-none = No devices.
user-in-effect = Products and services in effect, and why
compliance-compliant = Compliant
compliance-noncompliant = Not compliant
compliance-inGracePeriod = In grace period
compliance-conflict = Conflict
compliance-error = Error
compliance-configManager = Judged by Configuration Manager

assignments = Assignments
assignments-title = Licenses of { $name }
assignments-saved = Licenses saved for { $name }.
assignments-changed = Somebody changed these licenses a moment ago. Your ticks are kept; check them and save.
assignments-no-location = { $name } has no usage location. Set it to assign a license.
seats-left = { $free } of { $usable } left
comes-from-group = Comes from the group
services-on = { $on } of { $all } services
guard-stops = { $users ->
    [one] The guard stops this: 1 user would lose a service. Nothing was changed.
   *[other] The guard stops this: { $users } users would lose a service. Nothing was changed.
}
guard-product = { $product }: { $lose } of { $of } would lose it.
guard-approval = Somebody else must approve it first.
guard-confirm = I have seen this and want it all the same

change-title = What will change
change-nothing = Nothing would change.
change-product = Product
change-before = Seats used now
change-after = After saving
change-free = Left
change-free-of = { $free } of { $usable }
change-lost = Services that go
change-gained = { $count ->
    [one] 1 service comes
   *[other] { $count } services come
}
change-service = { $users ->
    [one] { $service } for 1 user
   *[other] { $service } for { $users } users
}
change-devices-lost = { $count ->
    [one] 1 device will no longer be compliant
   *[other] { $count } devices will no longer be compliant
}
change-devices-regained = { $count ->
    [one] 1 device is compliant again
   *[other] { $count } devices are compliant again
}
change-error-users = { $users ->
    [one] 1 user.
   *[other] { $users } users.
}
change-healed = { $count ->
    [one] 1 error disappears
   *[other] { $count } errors disappear
}
change-refused = { $users ->
    [one] Not possible for 1 user.
   *[other] Not possible for { $users } users.
}

bulk-title = { $count ->
    [one] Licenses of 1 user
   *[other] Licenses of { $count } users
}
bulk-mode = What shall happen
bulk-add = Add to what they have
bulk-add-text = They keep all other licenses.
bulk-swap = Swap one for another
bulk-swap-text = Each user gets the new product instead of the old one, whole or not at all.
bulk-remove = Remove
bulk-remove-text = They lose the product that is ticked. What groups give stays.
bulk-from = Product to take in a swap
bulk-choose = Choose
bulk-holders = { $count ->
    [one] 1 of them has it
   *[other] { $count } of them have it
}
bulk-products = Products
bulk-nobody = Nobody is selected. Tick users in the list first.
bulk-nothing-picked = Tick a product first: exactly one to remove or to give in a swap, and for a swap choose the product to take. It may be that nobody has it.
bulk-see-again = What is ticked, or whom it concerns, is not what you saw. Nothing was changed. Look at it again.
bulk-apply = { $count ->
    [one] Apply to 1 user
   *[other] Apply to { $count } users
}
bulk-done = { $users ->
    [one] Done for 1 user. It can be undone in the
   *[other] Done for { $users } users. It can be undone in the
}
