# Products with their seats, and the subscriptions that they were bought with.

product = Product
purchased = Purchased
assigned = Assigned
available = Available
in-use = In use
state = State
products-none = Nothing has been bought yet.
for-devices = For devices, from one pool
for-all = For the whole organization
seats-used = { $used } of { $usable } in use
standing-active = Active
standing-scarce = Almost full
standing-full = Full
standing-over = More in use than bought
standing-grace = Expired, still usable
standing-suspended = Suspended
standing-canceled = Canceled
standing-gone = No subscription

seats = Seats
missing = Missing
in-grace = of which expired, still usable
suspended = Suspended
canceled = Canceled
chart-title = Seats bought and in use
chart-text = { $used } of { $usable } seats are in use; { $free } are available.
holders = Who has it
holders-all = { $count ->
    [one] Show the user who has it
   *[other] Show the { $count } users who have it
}
holders-none = Nobody has it.
giving-groups = Groups that give it
giving-groups-none = No group gives it.
services = Services
service = Service
service-on = On for
service-off = Off for
waiting = { $count ->
    [one] 1 user waits for a seat
   *[other] { $count } users wait for a seat
}
waiting-automatic = They get seats in this order as soon as some are free. Free a seat or buy more.
waiting-by-hand = Free a seat or buy more, then reprocess their groups. They get seats in this order.
waiting-more = { $count ->
    [one] And 1 more.
   *[other] And { $count } more.
}

channel = Bought through
channel-enterpriseAgreement = Enterprise Agreement
channel-cloudSolutionProvider = Cloud Solution Provider
channel-card = Card
channel-invoice = Invoice
channel-trial = Trial
managed-by = Where to change it
managed-by-portal = In the Volume License portal
managed-by-partner = At the partner
managed-by-here = Here
term = Term
term-months = { $months ->
    [one] 1 month
   *[other] { $months } months
}
next = What comes next
next-renewal = Renews on { $day }
next-grace = Expires on { $day }
next-suspended = Services stop on { $day }
next-deleted = Is deleted on { $day }
purchases-none = No subscriptions.
purchases-count = { $count ->
    [one] 1 subscription
   *[other] { $count } subscriptions
}
pool = Device licenses
pool-text = They are not assigned. Each device without a licensed user takes one.
pool-needed = Devices that need one
pool-short = { $count ->
    [one] 1 device has no license. Buy one more, or give the device a licensed user.
   *[other] { $count } devices have no license. Buy { $count } more, or give the devices licensed users.
}
