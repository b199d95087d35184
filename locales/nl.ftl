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

# Waarom een apparaat zich niet mag inschrijven en wat eraan te doen is

other-users = { $count ->
    [one] nog iemand
   *[other] { $count } anderen
}
default-limit-policy = het standaardbeleid
device-without-name = Het apparaat
device-by-serial = Het apparaat met serienummer { $serial }
reason-authority-not-set = Niemand beheert apparaten in deze organisatie. Stel eerst de MDM-instantie in.
reason-user-required = Een apparaat dat zich zo inschrijft, heeft een gebruiker nodig. Geef op van wie het is.
reason-user-not-found = Er is geen gebruiker { $key }. Controleer de naam of maak de gebruiker eerst aan.
reason-user-deleted = { $user } is verwijderd. Herstel de gebruiker eerst.
reason-user-disabled = Het account van { $user } is uitgeschakeld. Schakel het eerst in.
reason-not-enrollment-manager = { $user } is geen inschrijvingsmanager. Maak de gebruiker er een, of schrijf het apparaat op een andere manier in.
reason-not-for-enrollment-managers = { $user } is een inschrijvingsmanager en kan apparaten niet op deze manier inschrijven. Schrijf het apparaat in met een ander account.
gap-no-product = { $user } heeft geen licentie voor apparaatbeheer. Wijs { $products } toe aan de gebruiker.
gap-no-product-at-all = { $user } heeft geen licentie voor apparaatbeheer en de organisatie heeft er geen te geven. Koop een product met apparaatbeheer en wijs het toe aan de gebruiker.
gap-plan-off = { $user } heeft { $product }, maar { $plans } staat daarin uit. Zet het aan voor de gebruiker.
gap-not-usable = { $user } heeft { $product }, maar het abonnement daarop is { $status ->
    [suspended] opgeschort
    [lockedOut] opgezegd
   *[deleted] afgelopen
}. Verleng het abonnement of wijs een ander product met apparaatbeheer toe.
reason-users-not-licensed = Niet iedereen die dit gedeelde apparaat gebruikt, heeft een licentie voor apparaatbeheer: { $users } moet er een krijgen. { $bought ->
    [0] De organisatie heeft geen apparaatlicentie die het in plaats daarvan kan dekken.
   *[other] Er is geen apparaatlicentie meer vrij die het in plaats daarvan kan dekken; u kunt er ook een bij kopen.
}
reason-shared-without-users = Er is niemand opgegeven die dit gedeelde apparaat gebruikt en { $bought ->
    [0] de organisatie heeft geen apparaatlicentie die het kan dekken
   *[other] er is geen apparaatlicentie meer vrij die het kan dekken
}. Geef gebruikers met een licentie op, of koop een apparaatlicentie.
reason-device-license-not-accepted = Een apparaat dat zich zo inschrijft, heeft geen gebruiker en kan niet door een apparaatlicentie worden gedekt. Schrijf het in met een gebruiker, of op een andere manier.
reason-no-device-license = { $bought ->
    [0] Het apparaat heeft een apparaatlicentie nodig en de organisatie heeft er geen.
    [one] Het apparaat heeft een apparaatlicentie nodig en de enige is bezet.
   *[other] Het apparaat heeft een apparaatlicentie nodig en alle { $bought } zijn bezet.
} Koop er een, of verwijder een apparaat dat er een nodig heeft.
reason-limit-reached = { $user } heeft { $used ->
    [one] één apparaat
   *[other] { $used } apparaten
} en de limiet is { $limit }, volgens { $policy }. Verwijder een apparaat dat niet meer wordt gebruikt, of verhoog de limiet.
reason-agents = { $user } heeft de pc-agent op { $used ->
    [one] één computer
   *[other] { $used } computers
} en een licentie dekt er { $limit }. Verwijder er een die niet meer wordt gebruikt.
reason-virtual-agents = { $user } heeft de pc-agent op { $used ->
    [one] één virtuele machine
   *[other] { $used } virtuele machines
} en een licentie dekt er { $limit }. Verwijder er een die niet meer wordt gebruikt.
reason-manager-limit = { $user } heeft als inschrijvingsmanager { $used ->
    [one] één apparaat
   *[other] { $used } apparaten
} ingeschreven en de limiet is { $limit }. Verwijder apparaten die niet meer worden gebruikt, of schrijf in met een andere manager.
reason-manager-limit-android = { $user } heeft als inschrijvingsmanager { $used ->
    [one] één persoonlijk Android-apparaat
   *[other] { $used } persoonlijke Android-apparaten
} ingeschreven en de limiet is { $limit }. Verwijder apparaten die niet meer worden gebruikt, of schrijf in met een andere manager.
reason-managed-otherwise = { $device } wordt al op een andere manier beheerd: de pc-agent en een MDM-server sluiten elkaar uit. Haal het eerst uit het andere beheer.
reason-device-of-another-user = { $device } is ingeschreven voor iemand anders. Verwijder eerst de registratie ervan en schrijf het daarna opnieuw in.
warning-pool-short = Met dit apparaat hebben { $used } apparaten een apparaatlicentie nodig en de organisatie heeft er { $bought ->
    [one] één
   *[other] { $bought }
}. Koop er { $short } bij.

# Weigeringen van wijzigingen van apparaten

refusal-device-not-found = Er is geen apparaat met deze id ingeschreven. Schrijf het eerst in.
refusal-must-enroll-again = { $device } heeft niet op tijd van zich laten horen: het certificaat is verlopen op { $date }. Schrijf het opnieuw in.
refusal-device-differs = { $device } is onder deze id ingeschreven met { $what ->
    [operatingSystem] een ander platform
   *[serialNumber] een ander serienummer
}. Geef het nieuwe apparaat een eigen id, of verwijder eerst de registratie.
refusal-device-setting = De instelling { $name } kan deze waarde niet hebben. Kies een andere.
refusal-limit-policy-not-found = Er is geen beleid met deze id dat het aantal apparaten per gebruiker beperkt. Vraag de lijst op om de id te vinden.
refusal-default-limit-policy = Dit kan niet met het standaardbeleid dat het aantal apparaten per gebruiker beperkt. Maak een eigen beleid voor bepaalde groepen.
refusal-not-enrollment-manager = { $user } is geen inschrijvingsmanager. Er valt niets te verwijderen.

# Wat er van apparaten wordt

step-enrollment-refused = Vanaf { $date } worden nieuwe apparaten geweigerd. Er wordt niets gewist en dit apparaat mag zich blijven melden.
step-not-licensed = Vanaf { $date } voldoet het apparaat niet meer, omdat de gebruiker geen licentie voor apparaatbeheer heeft; voorwaardelijke toegang blokkeert het.
step-basic-mobility = Zodra het apparaat zich na { $date } voor het eerst meldt, neemt Basic Mobility and Security het over; profielen van Intune die over zijn, verdwijnen binnen zeven dagen.
step-grace-ends = Op { $date } eindigt de tijd waarin het apparaat niet aan zijn eigen beleid hoeft te voldoen.
step-silent = Op { $date } voldoet het apparaat niet meer omdat het zich niet heeft gemeld, tenzij het zich eerder meldt.
step-hidden = Op { $date } verdwijnt het apparaat uit lijsten, tenzij het zich eerder meldt.
step-certificate-expires = Op { $date } verloopt het certificaat van het apparaat, tenzij het zich eerder meldt; daarna moet u het apparaat opnieuw inschrijven, en daar is een licentie voor nodig.
step-user-purged = Op { $date } wordt de gebruiker voorgoed gewist.
step-record-removed = Op { $date } worden de gegevens van het apparaat verwijderd, tenzij het zich heeft gemeld voordat zijn certificaat verliep.
restore-product = Geef { $product } uiterlijk op { $date } terug, met het plan voor apparaatbeheer aan: het apparaat voldoet dan weer zonder dat u het opnieuw inschrijft.
restore-license = Geef de gebruiker uiterlijk op { $date } een licentie voor apparaatbeheer: het apparaat voldoet dan weer zonder dat u het opnieuw inschrijft.
restore-user = Herstel de gebruiker uiterlijk op { $date }: licenties en groepen komen terug en het apparaat voldoet weer zonder dat u het opnieuw inschrijft.
restore-too-late = Herstellen kan niet meer: u moet het apparaat opnieuw inschrijven, en daar is een licentie voor nodig.
restore-not-needed = De licentie doet er voor dit apparaat niet toe: iets anders dekt het.

# Wie een apparaat kan inschrijven

status-can-enroll = { $count } van { $licensed } { $licensed ->
    [one] gebruiker
   *[other] gebruikers
} met een licentie { $count ->
    [one] kan
   *[other] kunnen
} nu een apparaat inschrijven.
status-authority-not-set = { $count } niet, omdat niemand in deze organisatie apparaten beheert: stel de MDM-instantie in.
status-disabled = { $count } niet, omdat aanmelden is geblokkeerd: schakel { $count ->
    [one] het account
   *[other] de accounts
} in.
status-plan-off = { $count } niet, omdat het plan voor apparaatbeheer in de licentie uit staat: schakel het in.
status-product-not-usable = { $count } niet, omdat het abonnement van het product is verlopen: verleng het.
status-limit-reached = { $count } niet, omdat er al zo veel apparaten zijn als mag: verwijder een apparaat of verhoog de limiet.
status-pool-short = { $needed } apparaten hebben een apparaatlicentie nodig en { $bought } zijn er gekocht.
