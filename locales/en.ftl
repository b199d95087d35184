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
