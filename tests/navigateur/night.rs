//! A night that the user starts, stops and starts again on the scheduler's screen.

use crate::browser::Browser;
use crate::erp::Erp;
use crate::support;

#[test]
fn a_night_that_is_stopped_goes_on_where_it_was() {
    let folder = support::scratch().join("nuit");
    std::fs::create_dir_all(&folder).unwrap();
    let faults = folder.join("silence.toml");
    std::fs::write(&faults, "[[faults]]\nwhen = { nth = 1 }\nthen = { kind = 'silence' }").unwrap();
    let erp = Erp::start(
        &folder,
        None,
        &["--inscriptions", "400", "--faults", faults.to_str().unwrap()],
    );
    let browser = Browser::start(&folder);
    browser.open(&erp.url);
    browser.menu(&["Administration", "Planificateur et horloge"]);
    browser.sees("Aucune exécution");

    browser.press("Passer la nuit");
    let received = "return visible('[aria-label=\"Bac à sable\"] .big-time')[0].innerText !== '0'";
    browser.until("the first dossiers at the receiver", received, &[]);
    browser.press("Interrompre");
    browser.sees("Interrompu à votre demande.");
    // The way through the night is over with its job: it is the next morning.
    browser.sees("07:00:");

    browser.press("Exécuter maintenant");
    browser.sees("À corriger");
    browser.sees("dossiers lus :");
}
