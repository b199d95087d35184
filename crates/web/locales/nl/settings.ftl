# Instellingen: het licentiebeleid.

settings-saved = Instellingen opgeslagen.
settings-semantics = Hoe groepen licenties geven
settings-semantics-text = Zonder de uitgebreide regels gaat alles zoals in Microsoft Entra. Elke schakelaar hieronder telt alleen daarmee.
settings-extended = Uitgebreide regels
switch-nested-groups = Geneste groepen
switch-nested-groups-text = Leden van groepen in een groep met licenties krijgen ze ook.
switch-partial-success = Gedeeltelijk slagen
switch-partial-success-text = Over elk product van een groep wordt apart beslist; een product dat mislukt, houdt de andere niet tegen.
switch-automatic-reprocessing = Automatisch opnieuw verwerken
switch-automatic-reprocessing-text = Wat mislukte, wordt opnieuw geprobeerd zodra het kan slagen.
switch-priority = Prioriteit van groepen
switch-priority-text = Schaarse licenties gaan eerst naar groepen met een hogere prioriteit.
switch-no-direct-assignments = Geen directe toewijzingen
switch-no-direct-assignments-text = Licenties komen alleen van groepen.
switch-new-plans-off = Nieuwe services uit
switch-new-plans-off-text = Services die een nieuwe catalogus aan een product toevoegt, blijven uit waar het product al is toegewezen.
settings-grace = Dagen voordat intrekken ingaat
settings-guard = Bewaking
settings-guard-text = De bewaking houdt wijzigingen tegen die velen een service afnemen, tot iemand bevestigt wat hij zag.
settings-guard-on = De bewaking staat aan
settings-guard-users = Tegenhouden als meer gebruikers dan dit een service verliezen
settings-guard-percent = Tegenhouden als meer dan dit percentage van de houders een product verliest
settings-guard-least = Alleen boven zoveel gebruikers naar het percentage kijken
settings-guard-approver = Iemand anders moet goedkeuren wat de bewaking tegenhield

settings-let-in = Beheerders zonder licentie
settings-let-in-text = Beheerders hebben een licentie voor apparaatbeheer nodig om apparaten te zien en te beheren. U kunt toelaten wie er geen heeft. Dit kan niet worden teruggedraaid.
settings-let-in-button = Voorgoed toelaten
settings-changed = Iemand heeft de instellingen intussen gewijzigd, of het formulier is niet volledig. Er is niets opgeslagen. Wat u invulde is bewaard; controleer het en sla op.
