# The home page: four numbers, and what needs attention.

home-of = { $count } of { $total }
home-seats-used = Seats used
home-seats-unused = Seats unused
home-can-enroll = Users who can enroll devices
home-noncompliant = Devices not compliant
home-full = { $count ->
    [one] 1 product has no seat left
   *[other] { $count } products have no seat left
}
home-most-unused = Most of { $product }: { $count }
home-not-licensed = { $count ->
    [one] Mostly: 1 user has no license for it
   *[other] Mostly: { $count } users have no license for it
}
home-authority-not-set = Nobody manages devices here yet
home-disabled = { $count ->
    [one] Mostly: 1 user is blocked from signing in
   *[other] Mostly: { $count } users are blocked from signing in
}
home-plan-off = { $count ->
    [one] Mostly: the service is off in the license of 1 user
   *[other] Mostly: the service is off in the licenses of { $count } users
}
home-not-usable = { $count ->
    [one] Mostly: the subscription of 1 user has run out
   *[other] Mostly: the subscriptions of { $count } users have run out
}
home-limit-reached = { $count ->
    [one] Mostly: 1 user has as many devices as allowed
   *[other] Mostly: { $count } users have as many devices as allowed
}
home-noncompliant-unlicensed = { $count ->
    [one] 1 of them because the license was lost
   *[other] { $count } of them because the license was lost
}
home-needs = Needs your attention
home-needs-nothing = Nothing needs your attention.

need-bad = Fix
need-warn = Look at
need-over = { $product } has more users than seats: { $used } of { $usable }
need-full = { $product } is full: { $used } of { $usable } seats are used
need-full-others = { $count } other products are full
need-group = { $count ->
    [one] { $group }: 1 user does not get all licenses
   *[other] { $group }: { $count } users do not get all licenses
}
need-group-others = { $count } other groups have errors
need-devices = { $count ->
    [one] 1 device is not compliant because the license was lost
   *[other] { $count } devices are not compliant because the license was lost
}
need-location = { $count ->
    [one] 1 user has no usage location, so nothing can be assigned
   *[other] { $count } users have no usage location, so nothing can be assigned to them
}
need-grace = The subscription of { $product } expired; its grace period ends on { $date }
need-ending = The subscription of { $product } ends on { $date }
need-ending-several = { $count } subscriptions are in their grace period or end within 30 days
