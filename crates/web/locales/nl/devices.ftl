# Apparaten, en of ze voldoen.

devices-search = Zoeken op naam of serienummer
devices-count = { $count ->
    [one] 1 apparaat
   *[other] { $count } apparaten
}
devices-none = Geen apparaat voldoet. Probeer een andere naam, of toon alle apparaten.
devices-nothing = Er is nog geen apparaat ingeschreven. Apparaten verschijnen hier als gebruikers ze inschrijven.
devices-all = Alle apparaten tonen
column-owner = Gebruiker
column-compliance = Naleving
user-gone = Verwijderd
device-facts = Over
device-platform = Platform
device-version = Versie
device-manufacturer = Fabrikant
device-model = Model
device-serial = Serienummer
device-imei = IMEI
device-ownership = Eigendom van
device-managed = Beheerd door
device-enrollment = Inschrijving
device-management-state = Toestand
device-enrolled = Ingeschreven op
device-contacted = Laatst gemeld
device-licensing = Licentie en limiet
device-users = Gebruikers
device-users-none = Dit apparaat heeft geen gebruiker.
device-dates = Wat er wanneer gebeurt
device-counts = Telt mee voor de apparaatlimiet.
device-counts-not = Telt niet mee voor de apparaatlimiet.
device-counted = { $counted } van { $limit } tellen mee voor de gebruiker.

ownership-unknown = Niet bekend
ownership-company = De organisatie
ownership-personal = De gebruiker
agent-mdm = Een MDM-server
agent-intuneClient = De pc-agent
agent-configurationManagerClientMdm = Configuration Manager en een MDM-server
agent-basic = Basic Mobility and Security
management-managed = Beheerd
management-retirePending = Wordt buiten gebruik gesteld als het zich meldt
management-retireIssued = Wordt buiten gebruik gesteld
management-retireFailed = Buiten gebruik stellen is mislukt
enrollment-unknown = Niet bekend
enrollment-userEnrollment = Door de gebruiker
enrollment-deviceEnrollmentManager = Door een inschrijvingsbeheerder
enrollment-appleBulkWithUser = Apple Automated Device Enrollment, met een gebruiker
enrollment-appleBulkWithoutUser = Apple Automated Device Enrollment, zonder gebruiker
enrollment-windowsAzureADJoin = Door deel te nemen aan Entra ID
enrollment-windowsBulkUserless = Met een inrichtingspakket, zonder gebruiker
enrollment-windowsAutoEnrollment = Via groepsbeleid
enrollment-windowsBulkAzureDomainJoin = Met een inrichtingspakket dat deelneemt aan Entra ID
enrollment-windowsCoManagement = Samen beheerd met Configuration Manager
enrollment-windowsAzureADJoinUsingDeviceAuth = Autopilot in de modus voor automatische implementatie
enrollment-appleUserEnrollment = Apple User Enrollment
enrollment-appleUserEnrollmentWithServiceAccount = Apple User Enrollment met een serviceaccount
enrollment-androidEnterpriseDedicatedDevice = Android Enterprise, toegewezen
enrollment-androidEnterpriseFullyManaged = Android Enterprise, volledig beheerd
enrollment-androidEnterpriseCorporateWorkProfile = Android Enterprise, van de organisatie met een werkprofiel
enrollment-androidAOSPUserOwnedDeviceEnrollment = Android Open Source Project, met een gebruiker
enrollment-androidAOSPUserlessDeviceEnrollment = Android Open Source Project, zonder gebruiker

why-user-gone = De gebruiker is verwijderd.
why-not-licensed = De gebruiker heeft geen licentie voor apparaatbeheer.
why-silent = Het heeft zich { $days } dagen of langer niet gemeld.
why-no-policy = Er geldt geen nalevingsbeleid voor, en de organisatie vraagt daarom.
why-reported = Het voldoet niet aan zijn nalevingsbeleid.
why-in-grace = Het voldoet niet aan zijn nalevingsbeleid, en dat mag een tijd.
why-conflict = De regels in zijn nalevingsbeleid spreken elkaar tegen.
why-error = De naleving kon niet worden beoordeeld.

cover-userLicense = Gedekt door de licentie van de gebruiker.
cover-allUsersLicensed = Gedekt door de licenties van alle gebruikers.
cover-deviceLicense = Gedekt door een apparaatlicentie.
cover-exempt = Samen beheerd: het heeft zelf geen licentie nodig.
cover-basicMobilityAndSecurity = Gedekt door Basic Mobility and Security.
cover-nothing = Geen licentie dekt dit apparaat.

date-restorable = Geef de licentie uiterlijk { $date } terug, dan voldoet het apparaat zonder opnieuw in te schrijven.
date-too-late = Het certificaat is verlopen op { $date }: het apparaat moet opnieuw worden ingeschreven, en daarvoor is een licentie nodig.
date-silent = Op { $date } voldoet het niet meer, tenzij het zich eerder meldt.
date-hidden = Op { $date } verdwijnt het uit lijsten, tenzij het zich eerder meldt.
date-certificate = Op { $date } verloopt het certificaat, tenzij het zich eerder meldt. Daarna moet het opnieuw worden ingeschreven.
date-removed = Op { $date } wordt het record verwijderd, als het zich nooit meer meldt.
