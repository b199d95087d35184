# Producten met hun licenties, en de abonnementen waarmee ze gekocht zijn.

product = Product
purchased = Totaal
assigned = Toegewezen
available = Beschikbaar
in-use = In gebruik
state = Status
products-none = Er is nog niets gekocht.
for-devices = Voor apparaten, uit één pool
for-all = Voor de hele organisatie
seats-used = { $used } van { $usable } in gebruik
standing-active = Actief
standing-scarce = Bijna vol
standing-full = Vol
standing-over = Meer in gebruik dan gekocht
standing-grace = Verlopen, nog bruikbaar
standing-suspended = Opgeschort
standing-canceled = Opgezegd
standing-gone = Geen abonnement

seats = Licenties
missing = Te weinig
in-grace = waarvan verlopen, nog bruikbaar
suspended = Opgeschort
canceled = Opgezegd
chart-title = Licenties gekocht en in gebruik
chart-text = { $used } van { $usable } licenties zijn in gebruik; { $free } zijn beschikbaar.
holders = Wie het heeft
holders-all = { $count ->
    [one] De gebruiker tonen die het heeft
   *[other] De { $count } gebruikers tonen die het hebben
}
holders-none = Niemand heeft het.
giving-groups = Groepen die het geven
giving-groups-none = Geen groep geeft het.
services = Services
service = Service
service-on = Aan voor
service-off = Uit voor
waiting = { $count ->
    [one] 1 gebruiker wacht op een licentie
   *[other] { $count } gebruikers wachten op een licentie
}
waiting-automatic = Ze krijgen licenties in deze volgorde zodra er een vrij is. Maak een licentie vrij of koop er meer.
waiting-by-hand = Maak een licentie vrij of koop er meer, en verwerk hun groepen daarna opnieuw. Ze krijgen licenties in deze volgorde.
waiting-more = { $count ->
    [one] En nog 1.
   *[other] En nog { $count }.
}

channel = Gekocht via
channel-enterpriseAgreement = Enterprise Agreement
channel-cloudSolutionProvider = Cloud Solution Provider
channel-card = Kaart
channel-invoice = Factuur
channel-trial = Proefabonnement
managed-by = Waar te wijzigen
managed-by-portal = In de portal voor volumelicenties
managed-by-partner = Bij de partner
managed-by-here = Hier
term = Looptijd
term-months = { $months ->
    [one] 1 maand
   *[other] { $months } maanden
}
next = Wat er komt
next-renewal = Wordt verlengd op { $day }
next-grace = Verloopt op { $day }
next-suspended = Services stoppen op { $day }
next-deleted = Wordt verwijderd op { $day }
purchases-none = Geen abonnementen.
purchases-count = { $count ->
    [one] 1 abonnement
   *[other] { $count } abonnementen
}
pool = Apparaatlicenties
pool-text = Ze worden niet toegewezen. Elk apparaat zonder gebruiker met een licentie neemt er een.
pool-needed = Apparaten die er een nodig hebben
pool-short = { $count ->
    [one] 1 apparaat heeft geen licentie. Koop er een bij, of geef het apparaat een gebruiker met een licentie.
   *[other] { $count } apparaten hebben geen licentie. Koop er { $count } bij, of geef de apparaten gebruikers met een licentie.
}
