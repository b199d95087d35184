# Groepen, de licenties die ze geven, en wat daarvan werd.

groups-search = Zoeken op naam
groups-count = { $count ->
    [one] 1 groep
   *[other] { $count } groepen
}
groups-none = Geen groep voldoet. Probeer een andere naam, of toon alle groepen.
groups-none-yet = Nog geen groepen. Een groep geeft haar leden licenties.
groups-all = Alle groepen tonen
group-column-name = Naam
group-column-kind = Soort
group-column-members = Leden
group-column-products = Licenties
group-column-status = Status
group-kind-microsoft-365 = Microsoft 365
group-kind-mail-security = Beveiliging met e-mail
group-kind-security = Beveiliging
group-kind-distribution = Distributie
group-dynamic = Leden volgens regel
group-assigned = Alle licenties toegewezen
group-errors = { $count ->
    [one] Fouten en problemen: 1 gebruiker
   *[other] Fouten en problemen: { $count } gebruikers
}

group-facts = Over
group-fact-kind = Soort
group-fact-description = Beschrijving
group-fact-mail = E-mail
group-fact-rule = Leden volgens de regel
group-fact-paused = Regel is onderbroken
group-fact-paused-text = De leden blijven zoals ze zijn.
group-fact-owners = Eigenaren
group-fact-created = Gemaakt
group-licenses = Licenties
group-licenses-none = Deze groep geeft geen licenties.
group-all-on = Alle services zijn aan.
group-services-off = { $count ->
    [one] 1 service is uit
   *[other] { $count } services zijn uit
}
group-actions = Acties nodig
group-actions-none = Geen. Alle licenties van deze groep zijn toegewezen.
group-actions-unlicensed = Geen. Deze groep geeft geen licenties.
group-error-users = { $count ->
    [one] 1 gebruiker
   *[other] { $count } gebruikers
}
group-error-more = { $count ->
    [one] en nog 1
   *[other] en nog { $count }
}
group-members = { $count ->
    [one] 1 lid
   *[other] { $count } leden
}
group-members-none = Niemand is lid van deze groep.
group-members-all = { $count ->
    [one] Het lid bij de gebruikers tonen
   *[other] Alle { $count } leden bij de gebruikers tonen
}
group-subgroups = { $count ->
    [one] 1 groep in deze groep
   *[other] { $count } groepen in deze groep
}
group-reprocess = Opnieuw verwerken
group-reprocessed = { $healed ->
    [0] Opnieuw verwerkt. Er is niets veranderd.
    [one] Opnieuw verwerkt. 1 gebruiker heeft geen fout meer.
   *[other] Opnieuw verwerkt. { $healed } gebruikers hebben geen fout meer.
}
group-reprocessed-left = { $left ->
    [0] Alle licenties zijn toegewezen.
    [one] 1 gebruiker heeft nog een fout.
   *[other] { $left } gebruikers hebben nog een fout.
}
