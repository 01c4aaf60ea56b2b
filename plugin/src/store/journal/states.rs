//! The states that the journal keeps, as the tables and the report name them.

/// An enum whose values have one text each, for tables and reports.
macro_rules! states {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$doc])* $value,)+
        }

        impl $name {
            /// As tables and reports name it.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$value => $text,)+ }
            }

            pub(in crate::store) fn from_code(code: &str) -> Option<Self> {
                match code { $($text => Some(Self::$value),)+ _ => None }
            }
        }
    };
}

states! {
    /// Where a run is.
    EtatExecution {
        /// Running, or cut short and not yet taken up again.
        EnCours = "en_cours",
        /// Went to its end, and nothing of it is pending.
        Terminee = "terminee",
        /// Went to its end, but some dossiers are still to be sent: the next call of the night goes on.
        Incomplete = "incomplete",
        /// Stopped before its end: something failed.
        Interrompue = "interrompue",
        /// Cancelled by the user.
        Annulee = "annulee",
    }
}

states! {
    /// What a night came to, in one word.
    Conclusion {
        /// Everything went.
        Vert = "vert",
        /// Somebody was left out or rejected, for the office to mend; the rest went.
        Orange = "orange",
        /// Nobody, or not everybody, could go.
        Rouge = "rouge",
    }
}

impl Conclusion {
    /// As every text begins.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Vert => "Tout est parti",
            Self::Orange => "À corriger",
            Self::Rouge => "Problème",
        }
    }
}

states! {
    /// How an establishment ended.
    EtatEtablissement {
        /// All its batches were answered.
        Termine = "termine",
        /// The receiver refused its key.
        CleRefusee = "cle_refusee",
        /// The receiver could not be reached, or did not answer until the window closed.
        Injoignable = "injoignable",
        /// The run stopped before its end: cancelled, or something failed.
        Annule = "annule",
    }
}

states! {
    /// Where a batch is.
    EtatLot {
        /// Written down, not yet sent.
        Pret = "pret",
        /// Being sent; after a crash: in doubt.
        Envoye = "envoye",
        /// Answered, dossier by dossier.
        Repondu = "repondu",
        /// Refused as a whole.
        Refuse = "refuse",
    }
}

states! {
    /// The one state of a dossier.
    EtatDossier {
        /// To be sent, or sent without an answer yet.
        EnAttente = "en_attente",
        /// Accepted by the receiver.
        Accepte = "accepte",
        /// Rejected by the receiver.
        Rejete = "rejete",
        /// Left out, for the reasons given.
        NonEnvoye = "non_envoye",
    }
}

/// An e-mail about a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Avis {
    /// It stopped before its end.
    Interruption,
    /// It went to its end, with something still to be sent.
    Incomplete,
    /// It is done.
    Fin,
}

impl Avis {
    /// As the table names it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Interruption => "interruption",
            Self::Incomplete => "incomplete",
            Self::Fin => "fin",
        }
    }
}
