# Gebruikers, hun licenties, en wat een wijziging zou doen.

users-title = Gebruikers
users-search = Zoeken op naam of gebruikersnaam
users-chips = Alleen tonen
users-count = { $count ->
    [one] 1 gebruiker
   *[other] { $count } gebruikers
}
users-none = Geen gebruiker voldoet. Probeer een andere naam, of toon alle gebruikers.
users-all = Alle gebruikers tonen
chip-off = Niet meer alleen deze tonen
only-unlicensed = Geen licentie
only-failed = Heeft een fout
only-unlocated = Geen gebruikslocatie
only-noncompliant = Voldoet niet
only-product = Product: { $name }
only-group = Groep: { $name }
only-department = Afdeling: { $name }
column-name = Naam
column-department = Afdeling
column-licenses = Licenties
column-devices = Apparaten
column-location = Gebruikslocatie
select-page = Alle gebruikers op deze pagina selecteren
select-one = { $name } selecteren
select-all-matching = { $count ->
    [one] De ene gebruiker selecteren die voldoet
   *[other] Alle { $count } gebruikers selecteren die voldoen
}
selected = { $count ->
    [one] 1 gebruiker geselecteerd
   *[other] { $count } gebruikers geselecteerd
}
edit-licenses = Licenties bewerken
next-page = Volgende pagina
from-group = van een groep
not-applied = niet toegepast
disabled = Geblokkeerd
no-location = Geen
noncompliant-count = { $count } voldoet niet

user-disabled = Deze gebruiker kan zich niet aanmelden. Licenties blijven toegewezen.
cannot-enroll = Kan geen apparaten inschrijven.
can-enroll = Kan apparaten inschrijven.
user-facts = Over
fact-principal-name = Gebruikersnaam
fact-job-title = Functie
fact-department = Afdeling
fact-location = Gebruikslocatie
fact-mail = E-mail
user-groups = Groepen
user-groups-none = In geen groep.
user-devices = Apparaten ({ $counted } van { $limit })
user-devices-none = Geen apparaten.
user-in-effect = Producten en services die gelden, en waarom
compliance-compliant = Voldoet
compliance-noncompliant = Voldoet niet
compliance-inGracePeriod = In respijtperiode
compliance-conflict = Conflict
compliance-error = Fout
compliance-configManager = Beoordeeld door Configuration Manager

assignments = Toewijzingen
assignments-title = Licenties van { $name }
assignments-saved = Licenties opgeslagen voor { $name }.
assignments-changed = Iemand heeft deze licenties net gewijzigd. Uw vinkjes zijn bewaard; controleer ze en sla op.
assignments-no-location = { $name } heeft geen gebruikslocatie. Stel die in om een licentie toe te wijzen.
seats-left = { $free } van { $usable } over
comes-from-group = Komt van de groep
services-on = { $on } van { $all } services
guard-stops = { $users ->
    [one] De bewaking houdt dit tegen: 1 gebruiker zou een service verliezen. Er is niets gewijzigd.
   *[other] De bewaking houdt dit tegen: { $users } gebruikers zouden een service verliezen. Er is niets gewijzigd.
}
guard-product = { $product }: { $lose } van { $of } zouden het verliezen.
guard-approval = Iemand anders moet het eerst goedkeuren.
guard-confirm = Ik heb dit gezien en wil het toch

change-title = Wat er verandert
change-nothing = Er zou niets veranderen.
change-product = Product
change-before = Licenties in gebruik
change-after = Na opslaan
change-free = Over
change-free-of = { $free } van { $usable }
change-lost = Services die verdwijnen
change-gained = { $count ->
    [one] 1 service komt erbij
   *[other] { $count } services komen erbij
}
change-service = { $users ->
    [one] { $service } voor 1 gebruiker
   *[other] { $service } voor { $users } gebruikers
}
change-devices-lost = { $count ->
    [one] 1 apparaat voldoet dan niet meer
   *[other] { $count } apparaten voldoen dan niet meer
}
change-devices-regained = { $count ->
    [one] 1 apparaat voldoet weer
   *[other] { $count } apparaten voldoen weer
}
change-error-users = { $users ->
    [one] 1 gebruiker.
   *[other] { $users } gebruikers.
}
change-healed = { $count ->
    [one] 1 fout verdwijnt
   *[other] { $count } fouten verdwijnen
}
change-refused = { $users ->
    [one] Niet mogelijk voor 1 gebruiker.
   *[other] Niet mogelijk voor { $users } gebruikers.
}

bulk-title = { $count ->
    [one] Licenties van 1 gebruiker
   *[other] Licenties van { $count } gebruikers
}
bulk-mode = Wat moet er gebeuren
bulk-add = Toevoegen aan wat ze hebben
bulk-add-text = Ze houden alle andere licenties.
bulk-swap = Een product door een ander vervangen
bulk-swap-text = Elke gebruiker krijgt het nieuwe product in plaats van het oude, geheel of helemaal niet.
bulk-remove = Intrekken
bulk-remove-text = Ze verliezen het product dat is aangevinkt. Wat groepen geven, blijft.
bulk-from = Product dat bij vervangen wordt weggenomen
bulk-choose = Kies
bulk-holders = { $count ->
    [one] 1 van hen heeft het
   *[other] { $count } van hen hebben het
}
bulk-products = Producten
bulk-nobody = Er is niemand geselecteerd. Vink eerst gebruikers aan in de lijst.
bulk-nothing-picked = Vink eerst een product aan: precies één om in te trekken of om bij vervangen te geven, en kies bij vervangen het product dat wordt weggenomen. Misschien heeft niemand het.
bulk-see-again = Wat is aangevinkt, of wie het betreft, is niet wat u zag. Er is niets gewijzigd. Bekijk het opnieuw.
bulk-apply = { $count ->
    [one] Toepassen op 1 gebruiker
   *[other] Toepassen op { $count } gebruikers
}
bulk-done = { $users ->
    [one] Gedaan voor 1 gebruiker. Ongedaan maken kan in het
   *[other] Gedaan voor { $users } gebruikers. Ongedaan maken kan in het
}
