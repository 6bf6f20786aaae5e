//! A censor that sends a page of its own in the servers' name, and ends the connection with it.

use anyhow::Result;
use detector_tests::{Forgery, Message, Trigger};

use crate::{alert::Charge, case::Case};

const PAGE: Forgery = Forgery {
    ttl: 187,
    message: Message::BlockPage,
    copies: 1,
    identification: 0,
    window: 0,
    acknowledges: true,
};

const CHARGE: Charge = Charge {
    kind: "rst_injection",
    stage: "post_psh",
    symptom: "fin_injected",
};

pub(crate) fn a_forged_page_is_injection() -> Result<()> {
    let case = Case::new(
        "a forged page",
        |censor, range| {
            let injection = censor.inject(range, Trigger::FirstData, PAGE)?;
            Ok(Box::new(|| injection.lift()))
        },
        CHARGE,
    );
    case.run()
}
