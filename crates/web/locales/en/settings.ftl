# Settings: the licensing policy.

settings-saved = Settings saved.
settings-semantics = How groups give licenses
settings-semantics-text = Without the extended rules everything is as in Microsoft Entra. Each switch below counts only with them.
settings-extended = Extended rules
switch-nested-groups = Nested groups
switch-nested-groups-text = Members of groups in a licensed group are licensed too.
switch-partial-success = Partial success
switch-partial-success-text = Each product of a group is decided on its own; one that fails does not hold up the others.
switch-automatic-reprocessing = Automatic reprocessing
switch-automatic-reprocessing-text = What failed is tried again as soon as it can succeed.
switch-priority = Priority of groups
switch-priority-text = Scarce seats go to groups of higher priority first.
switch-no-direct-assignments = No direct assignments
switch-no-direct-assignments-text = Licenses come from groups only.
switch-new-plans-off = New services off
switch-new-plans-off-text = Services that a new catalog adds to a product stay off where the product is assigned already.
settings-grace = Days before a removal takes effect
settings-guard = Guard
settings-guard-text = The guard stops changes that take services from many people, until somebody confirms what they saw.
settings-guard-on = The guard is on
settings-guard-users = Stop when more users than this lose a service
settings-guard-percent = Stop when more than this percentage of a product's holders lose it
settings-guard-least = Look at the percentage only above so many users
settings-guard-approver = Somebody else must approve what the guard stopped

settings-let-in = Administrators without a license
settings-let-in-text = Administrators need a license for device management to see and manage devices. You can let in those who have none. This cannot be taken back.
settings-let-in-button = Let them in for good
settings-changed = Somebody changed the settings meanwhile, or the form is not complete. Nothing was saved. What you filled in is kept; check it and save.
