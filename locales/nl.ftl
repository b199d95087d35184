# Zinnen van Zetel in het Nederlands. Namen van mensen, groepen, producten en serviceplannen staan er ongewijzigd in.
# Een test vergelijkt de sleutels en argumenten van alle talen.

# Opsommingen, datums en namen

list-and = { $first } en { $last }
list-or = { $first } of { $last }
date = { $day } { $month ->
    [1] januari
    [2] februari
    [3] maart
    [4] april
    [5] mei
    [6] juni
    [7] juli
    [8] augustus
    [9] september
    [10] oktober
    [11] november
   *[12] december
} { $year }
named = { $name } ({ $more })
plan-of-product = { $plan } in { $product }
product-direct = de toewijzing van { $product } aan de gebruiker
product-of-group = { $product } van de groep { $group }
nameless = iets zonder naam
purged-user = een gewiste gebruiker

# Wat de gebruiker heeft

user-deleted = De gebruiker is op { $date } verwijderd en bezet geen licentie. Wat hier staat, komt terug wanneer u de gebruiker herstelt.
nothing-meant = Voor deze gebruiker is geen product bestemd.
plan-on = { $plan } staat aan, door { $sources }.
plan-switched-off = { $plan } staat uit: elke toewijzing ervan schakelt het uit.
plan-blocked = { $plan } staat uit: wat het zou geven, kon niet worden toegepast.
plan-not-meant = { $plan } staat uit: niets geeft deze gebruiker een product waar het in zit.
product-full = { $product }: de gebruiker heeft het, met alle serviceplannen.
product-partial = { $product }: de gebruiker heeft het, zonder een deel van de serviceplannen.
product-missing = { $product }: de gebruiker zou het moeten hebben, maar heeft het niet.
product-not-meant = { $product }: de gebruiker heeft het niet en niets geeft het.
source-direct = Toegewezen aan de gebruiker, laatst gewijzigd op { $date }.
source-group = Van de groep { $group }; lid sinds { $date }.
source-group-path = Van de groep { $group } via { $path }; lid sinds { $date }.
source-group-left = Van de groep { $group }.
source-kept = Behouden van de groep { $group }, die het zo niet meer geeft: het kon niet worden weggenomen.
source-ending = Was toegewezen aan de gebruiker en is weggenomen; het vervalt op { $date }.
source-ending-group = Werd gegeven door de groep { $group } en is weggenomen; het vervalt op { $date }.
source-fallback = Van de groep { $group }, in plaats van { $product }, waarvan geen licentie meer vrij was.
source-not-applied = Het kon niet worden toegepast.
source-off = Hier uitgeschakeld: { $plans }.
plans-off = Uit, omdat elke toewijzing het uitschakelt: { $plans }.
plans-blocked = Uit, omdat wat het zou geven niet kon worden toegepast: { $plans }.

# Wat in de weg staat

problem = { $product }
problem-of-group = { $product }, van de groep { $group }
problem-kept = { $product }, behouden van de groep { $group }
problem-siblings = Een groep geeft al haar producten of geen enkel product. Daarop wachten dus ook: { $products }.
problem-siblings-kept = Daarmee blijven ook behouden: { $products }.
cause-no-seat = { $bought ->
    [one] De enige licentie van { $product } is bezet.
    [2] Beide licenties van { $product } zijn bezet.
   *[other] Alle { $bought } licenties van { $product } zijn bezet.
}
cause-more-than-bought = { $used } mensen hebben { $product } en er zijn maar licenties voor { $bought }.
cause-no-seats-at-all = Er zijn geen licenties van { $product } die kunnen worden toegewezen.
cause-seat-past = Toen hierover voor het laatst werd beslist, was er geen licentie van { $product } meer vrij. { $free ->
    [one] Nu is er één licentie vrij.
   *[other] Nu zijn er { $free } licenties vrij.
}
cause-waiting = { $before ->
    [0] De gebruiker is als eerste aan de beurt van de { $total } die erop wachten.
    [one] Van de { $total } die erop wachten, gaat er één voor de gebruiker.
   *[other] Van de { $total } die erop wachten, gaan er { $before } voor de gebruiker.
}
cause-excluded = { $plan } en { $otherPlan } sluiten elkaar uit. Het tweede komt van { $other }.
cause-excluded-itself = { $plan } en { $otherPlan } sluiten elkaar uit en { $product } bevat ze allebei.
cause-lacks = { $plan } heeft { $requires } nodig en dat heeft de gebruiker niet.
cause-lacks-sibling = Dezelfde groep zou het geven met { $sibling }, maar ook dat kon niet worden toegepast. { $cause }
cause-lacks-sibling-free = Dezelfde groep zou het geven met { $sibling } en daarvoor staat nu niets meer in de weg.
cause-needed-by = { $product } kan niet worden weggenomen: { $plan }, van { $other }, heeft daaruit { $needs } nodig.
cause-location = { $subject } mag niet worden gebruikt in { $location }, de gebruikslocatie van de gebruiker.
cause-location-default = { $subject } mag niet worden gebruikt in { $location }, de gebruikslocatie van de organisatie, die geldt omdat de gebruiker er zelf geen heeft.
cause-address = Het e-mailadres { $address } is ook van { $owner }.
cause-sibling = Een ander product van dezelfde groep, { $sibling }, kon niet worden toegepast.
cause-past = { $error } Nu staat er niets meer in de weg.
cause-inactive = Het abonnement op { $product } is { $status ->
    [suspended] opgeschort
    [lockedOut] opgezegd
   *[deleted] vervallen
}; daarom werken de serviceplannen ervan niet.
cause-switched-off = { $plan } staat uit in elke toewijzing van { $product }.
cause-only-nested = { $group } geeft { $product } alleen aan de eigen leden en de gebruiker zit erin via { $path }.
cause-not-meant = Niets geeft deze gebruiker { $product }: het is niet toegewezen en geen groep van de gebruiker heeft het.

# Fouten naar hun soort

error-count = Er was geen licentie meer vrij.
error-mutually-exclusive = Een serviceplan sluit een serviceplan uit dat de gebruiker ergens anders vandaan heeft.
error-dependency = Een serviceplan mist een serviceplan dat het nodig heeft, of een ander serviceplan heeft nodig wat weg zou gaan.
error-location = Het product mag niet worden gebruikt waar de gebruiker zich bevindt.
error-uniqueness = Een e-mailadres van de gebruiker is ook van iemand anders.
error-other = Een ander product van dezelfde groep kon niet worden toegepast.

# Wat er in het algemeen aan te doen is

advice-count = Maak licenties vrij of koop ze en verwerk de gebruikers daarna opnieuw.
advice-mutually-exclusive = Schakel een van beide serviceplannen uit of neem een van beide producten weg.
advice-dependency = Geef wat ontbreekt op een andere manier of schakel uit wat het nodig heeft en verwerk de gebruikers daarna opnieuw.
advice-location = Verbeter de gebruikslocatie van de gebruikers of haal hen uit de groep en verwerk hen daarna opnieuw.
advice-uniqueness = Neem het e-mailadres weg bij een van beide gebruikers en verwerk de gebruiker daarna opnieuw.
advice-other = Verhelp de fout van het andere product van de groep.

# Wat er aan één probleem te doen is

remedies = Wat u kunt doen, het goedkoopste eerst:
remedies-none = Hiervoor is geen oplossing bekend.
remedies-deleted = Herstel de gebruiker eerst.
remedy-reprocess-user = Verwerk de gebruiker opnieuw; nu lukt het.
remedy-set-usage-location = Stel de gebruikslocatie van de gebruiker in op waar de gebruiker werkelijk is; nu is dat { $now }.
remedy-set-first-usage-location = Stel de gebruikslocatie van de gebruiker in op waar de gebruiker werkelijk is; nu is er geen.
remedy-fix-address = Neem het e-mailadres { $address } weg bij de gebruiker of bij { $owner }.
remedy-switch-on = Schakel { $plan } in bij de toewijzing van { $product } aan de gebruiker.
remedy-switch-on-group = Schakel { $plan } in bij { $product } van de groep { $group }.
remedy-switch-off = Schakel { $plans } uit bij de toewijzing van { $product } aan de gebruiker.
remedy-switch-off-group = Schakel { $plans } uit bij { $product } van de groep { $group }.
remedy-assign-direct = Wijs { $product } toe aan de gebruiker.
remedy-add-to-group = Maak de gebruiker lid van de groep { $group }.
remedy-remove-direct = Verwijder de toewijzing van { $product } aan de gebruiker.
remedy-remove-from-group = Haal de gebruiker uit de groep { $group }.
remedy-free-seats = Neem { $product } weg bij { $count ->
    [one] iemand anders die het kan missen
   *[other] { $count } anderen die het kunnen missen
}.
remedy-renew = Verleng het abonnement op { $product }.
remedy-buy-seats = Koop { $count ->
    [one] één licentie
   *[other] { $count } licenties
} van { $product }.
remedy-enable-nested-groups = Laat geneste groepen meetellen, in het licentiebeleid van de organisatie.
remedy-enable-partial-success = Laat over elk product van een groep apart beslissen, in het licentiebeleid van de organisatie; dan hoeven de andere niet meer te wachten.
remedy-enable-automatic-reprocessing = Laat wat niet lukte vanzelf opnieuw proberen, in het licentiebeleid van de organisatie; dan krijgt de gebruiker een licentie zodra er een vrij is.
remedy-seats = { $count ->
    [one] Er is één licentie meer voor nodig dan er vrij is.
   *[other] Er zijn { $count } licenties meer voor nodig dan er vrij zijn.
}
remedy-people = { $count ->
    [one] Het raakt één persoon.
   *[other] Het raakt { $count } mensen.
}
remedy-reprocess-after = Verwerk de gebruiker daarna opnieuw.
remedy-not-enough = Dit alleen is niet genoeg.

# Weigeringen

refusal-user-not-found = Er is geen gebruiker { $key }.
refusal-no-license-changes = Er is niets om toe te voegen en niets om te verwijderen.
refusal-product-named-twice = { $product } wordt twee keer genoemd.
refusal-product-not-owned = De organisatie bezit { $product } niet.
refusal-product-not-assignable = { $product } is voor apparaten of voor de hele organisatie en kan niet aan mensen worden toegewezen.
refusal-plan-not-in-product = { $plan } is geen serviceplan van { $product }.
refusal-license-not-held = { $product } is niet aan de gebruiker toegewezen.
refusal-license-inherited = { $product } komt van een groep; haal de gebruiker uit de groep of het product bij de groep weg.
refusal-usage-location-missing = De gebruiker heeft geen gebruikslocatie; stel die eerst in.
refusal-location = { $product } mag niet worden gebruikt in { $location }.
refusal-mutually-exclusive = { $plans } sluiten elkaar uit.
refusal-dependency = { $plan } heeft { $requires } nodig.
refusal-no-seats = Er is geen licentie van { $product } meer vrij; maak er een vrij of koop er een.
refusal-address = Het e-mailadres { $address } is ook van een andere gebruiker; neem het weg bij een van beiden.
refusal-direct-off = Het licentiebeleid staat alleen licenties van groepen toe; maak de gebruiker lid van een groep die het product heeft.
refusal-group-not-found = De groep bestaat niet of is verwijderd.
refusal-members-follow-rule = De leden van { $group } volgen uit de regel van de groep; wijzig de regel, of de eigenschap van de gebruiker waar de regel naar vraagt.
refusal-group-has-licenses = { $group } heeft licenties en kan niet worden verwijderd; haal de licenties eerst bij de groep weg.
refusal-group-not-licensable = { $group } kan geen licenties hebben: het is geen beveiligingsgroep, of er kunnen rollen aan worden toegewezen.
refusal-group-license-not-held = De groep heeft { $product } niet.
refusal-guarded = De wijziging is tegengehouden: { $users ->
    [one] één persoon zou serviceplannen verliezen
   *[other] { $users } mensen zouden serviceplannen verliezen
}. Bekijk het plan ervan en bevestig het met het token van het plan.
refusal-guarded-approval = De wijziging is tegengehouden: { $users ->
    [one] één persoon zou serviceplannen verliezen
   *[other] { $users } mensen zouden serviceplannen verliezen
}. Iemand anders moet het plan ervan eerst goedkeuren.
refusal-own-approval = Wie om een wijziging heeft gevraagd, kan die niet zelf goedkeuren; vraag het iemand anders.
refusal-invalid-token = Dit token is niet dat van een plan.
refusal-nothing-to-undo = Van de wijziging kan niets ongedaan worden gemaakt.
