# Groups, the licenses they give, and what became of them.

groups-search = Search by name
groups-count = { $count ->
    [one] 1 group
   *[other] { $count } groups
}
groups-none = No groups match. Try another name, or show all groups.
groups-none-yet = No groups yet. A group gives its members licenses.
groups-all = Show all groups
group-column-name = Name
group-column-kind = Kind
group-column-members = Members
group-column-products = Licenses
group-column-status = Status
group-kind-microsoft-365 = Microsoft 365
group-kind-mail-security = Mail-enabled security
group-kind-security = Security
group-kind-distribution = Distribution
group-dynamic = Members by rule
group-assigned = All licenses assigned
group-errors = { $count ->
    [one] Errors & issues: 1 user
   *[other] Errors & issues: { $count } users
}

group-facts = About
group-fact-kind = Kind
group-fact-description = Description
group-fact-mail = Mail
group-fact-rule = Members by the rule
group-fact-paused = Rule is paused
group-fact-paused-text = Members stay as they are.
group-fact-owners = Owners
group-fact-created = Created
group-licenses = Licenses
group-licenses-none = This group gives no licenses.
group-all-on = All services are on.
group-services-off = { $count ->
    [one] 1 service is off
   *[other] { $count } services are off
}
group-actions = Actions needed
group-actions-none = Nothing. All licenses of this group are assigned.
group-actions-unlicensed = Nothing. This group gives no licenses.
group-error-users = { $count ->
    [one] 1 user
   *[other] { $count } users
}
group-error-more = { $count ->
    [one] and 1 more
   *[other] and { $count } more
}
group-members = { $count ->
    [one] 1 member
   *[other] { $count } members
}
group-members-none = Nobody is in this group.
group-members-all = { $count ->
    [one] Show the member among the users
   *[other] Show all { $count } members among the users
}
group-subgroups = { $count ->
    [one] 1 group in this group
   *[other] { $count } groups in this group
}
group-reprocess = Reprocess
group-reprocessed = { $healed ->
    [0] Processed again. Nothing changed.
    [one] Processed again. 1 user has no error any more.
   *[other] Processed again. { $healed } users have no error any more.
}
group-reprocessed-left = { $left ->
    [0] All licenses are assigned.
    [one] 1 user still has an error.
   *[other] { $left } users still have an error.
}
