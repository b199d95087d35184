# De startpagina: vier getallen, en wat aandacht nodig heeft.

home-of = { $count } van { $total }
home-seats-used = Licenties in gebruik
home-seats-unused = Licenties niet in gebruik
home-can-enroll = Gebruikers die apparaten kunnen inschrijven
home-noncompliant = Apparaten die niet voldoen
home-full = { $count ->
    [one] 1 product is vol
   *[other] { $count } producten zijn vol
}
home-most-unused = De meeste van { $product }: { $count }
home-not-licensed = { $count ->
    [one] Vooral: 1 gebruiker heeft er geen licentie voor
   *[other] Vooral: { $count } gebruikers hebben er geen licentie voor
}
home-authority-not-set = Niemand beheert hier nog apparaten
home-disabled = { $count ->
    [one] Vooral: 1 gebruiker kan zich niet aanmelden
   *[other] Vooral: { $count } gebruikers kunnen zich niet aanmelden
}
home-plan-off = { $count ->
    [one] Vooral: de service staat uit in de licentie van 1 gebruiker
   *[other] Vooral: de service staat uit in de licenties van { $count } gebruikers
}
home-not-usable = { $count ->
    [one] Vooral: het abonnement van 1 gebruiker is verlopen
   *[other] Vooral: de abonnementen van { $count } gebruikers zijn verlopen
}
home-limit-reached = { $count ->
    [one] Vooral: 1 gebruiker heeft zoveel apparaten als mag
   *[other] Vooral: { $count } gebruikers hebben zoveel apparaten als mag
}
home-noncompliant-unlicensed = { $count ->
    [one] 1 daarvan doordat de licentie wegviel
   *[other] { $count } daarvan doordat de licentie wegviel
}
home-needs = Heeft uw aandacht nodig
home-needs-nothing = Niets heeft uw aandacht nodig.

need-bad = Oplossen
need-warn = Bekijken
need-over = { $product } heeft meer gebruikers dan licenties: { $used } van { $usable }
need-full = { $product } is vol: { $used } van { $usable } licenties in gebruik
need-full-others = { $count } andere producten zijn vol
need-group = { $count ->
    [one] { $group }: 1 gebruiker krijgt niet alle licenties
   *[other] { $group }: { $count } gebruikers krijgen niet alle licenties
}
need-group-others = { $count } andere groepen hebben fouten
need-devices = { $count ->
    [one] 1 apparaat voldoet niet doordat de licentie wegviel
   *[other] { $count } apparaten voldoen niet doordat de licentie wegviel
}
need-location = { $count ->
    [one] 1 gebruiker heeft geen gebruikslocatie, dus er kan niets worden toegewezen
   *[other] { $count } gebruikers hebben geen gebruikslocatie, dus er kan niets aan hen worden toegewezen
}
need-grace = Het abonnement van { $product } is verlopen; de respijtperiode eindigt op { $date }
need-ending = Het abonnement van { $product } eindigt op { $date }
need-ending-several = { $count } abonnementen zijn in hun respijtperiode of eindigen binnen 30 dagen
