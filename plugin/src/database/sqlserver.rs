//! SQL Server's errors by their own numbers. Its SQLSTATE is 42000 for nearly everything, and not the same with both drivers.

/// What a number means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Another session is in the way: again, the whole transaction where the server has rolled it back.
    Locked,
    /// The connection, or the server behind it, is gone.
    Lost,
    /// A right is lacking.
    Forbidden,
    /// A table is missing.
    TableMissing,
    /// A column is missing.
    ColumnMissing,
    /// The server does not understand the statement.
    NotUnderstood,
    /// A value does not fit; the message quotes it.
    Value,
    /// A constraint refuses a row; the message quotes it.
    Constraint,
    /// No room is left.
    Full,
    /// Something else.
    Other,
    /// The login is refused.
    LoginRefused,
    /// The database is not there for this login.
    DatabaseMissing,
}

const NUMBERS: &[(Meaning, &[i32])] = &[
    // Deadlock victim, lock timeout, snapshot conflict, table altered under a snapshot.
    (Meaning::Locked, &[1205, 1222, 3960, 3961]),
    // Session killed, shutdown, line cut; a server that is starting, or has too many connections.
    (Meaning::Lost, &[596, 6005, 10054, 18401, 17809, 233]),
    // Azure: busy, or moving the database.
    (Meaning::Lost, &[40143, 40197, 40501, 40613, 49918, 49920, 10928, 10929]),
    // FreeTDS's own.
    (Meaning::Lost, &[20003, 20004, 20005, 20006, 20009, 20017, 20047]),
    (Meaning::Forbidden, &[229, 230, 262, 297, READ_ONLY]),
    (Meaning::TableMissing, &[208]),
    (Meaning::ColumnMissing, &[207]),
    (Meaning::NotUnderstood, &[102, 156, 195, 306, 402, 468, 4121, 4145]),
    (Meaning::Value, &[245, 2628, 8114, 8115, 8134, 8152]),
    (Meaning::Constraint, &[515, 547, 1505, 2601, 2627]),
    (Meaning::Full, &[1101, 1105, 9002]),
    // There already, no or a doomed transaction, snapshots not allowed.
    (Meaning::Other, &[1785, 2714, 3902, 3930, 3952, 5061]),
    (Meaning::Other, &[601, 7357, 8623, 8645, 8649, 8657, 8672, 9003, 9100]),
    (Meaning::Other, &[40544, 40549, 40550, 40551, 40552, 40553]),
    (Meaning::LoginRefused, &[18452, 18456, 18470, 18486, 18487, 18488]),
    (Meaning::DatabaseMissing, &[4060, 4064, 40532, 40615]),
];

/// A database or a secondary that is read-only.
const READ_ONLY: i32 = 3906;

/// What a number means. 3621, the end of a statement, is not here: the record beside it tells the cause.
pub(super) fn meaning(native: i32) -> Option<Meaning> {
    let found = NUMBERS.iter().find(|(_, numbers)| numbers.contains(&native));
    found.map(|(meaning, _)| *meaning)
}

/// Whether the number is FreeTDS's own word for a line that fails: while connecting, it never stood.
pub(super) fn is_of_the_line(native: i32) -> bool {
    (20003..=20047).contains(&native)
}

/// What to tell the user of a number, where its meaning alone says too little.
pub(super) fn sentence(native: i32) -> Option<&'static str> {
    Some(match native {
        READ_ONLY => {
            "La base de données est en lecture seule : l'administrateur doit la rendre modifiable, ou donner dans la \
             chaîne de connexion le serveur principal plutôt que sa copie."
        }
        18487 | 18488 => {
            "Le mot de passe du compte de connexion a expiré ou doit être changé : l'administrateur de SQL Server doit \
             le renouveler, puis la chaîne de connexion être mise à jour."
        }
        18470 => {
            "Le compte de connexion est désactivé dans SQL Server : l'administrateur doit le réactiver, ou la chaîne de \
             connexion en donner un autre."
        }
        18486 => {
            "Le compte de connexion est verrouillé dans SQL Server, après trop d'essais : l'administrateur doit le \
             déverrouiller."
        }
        18452 => {
            "SQL Server n'accepte pas ce compte Windows : lancer le programme sous un compte du domaine, ou donner UID et \
             PWD dans la chaîne de connexion."
        }
        40615 => {
            "Le pare-feu d'Azure SQL refuse l'adresse de ce poste : l'administrateur doit l'autoriser pour ce serveur."
        }
        18401 => "SQL Server est en train de démarrer ou de s'arrêter : recommencer dans quelques minutes.",
        17809 => {
            "SQL Server a atteint le nombre de connexions qu'il accepte : recommencer dans quelques minutes, ou \
             l'administrateur doit augmenter cette limite."
        }
        8645 => "SQL Server manque de mémoire pour cette requête : recommencer dans quelques minutes.",
        2714 => {
            "Les tables existent déjà dans la base de données, peut-être créées à l'instant par un autre poste : \
             relancer la commande « migrate »."
        }
        195 => {
            "SQL Server ne connaît pas une fonction de la requête : la passerelle demande SQL Server 2012 ou plus récent."
        }
        468 => {
            "SQL Server ne peut pas comparer deux colonnes de classements (collations) différents : corriger la \
             correspondance des tables, par exemple avec une requête qui ajoute COLLATE."
        }
        40197 | 40501 | 40613 | 49918 | 49920 | 10928 | 10929 | 40143 => {
            "Azure SQL est occupé ou déplace la base de données : recommencer dans quelques minutes."
        }
        _ => return None,
    })
}

/// What to tell the user of a connection that does not come about. −1 is told apart by the driver's text, which is in
/// English or translated: without a match, all that it can be is said.
pub(super) fn advice_on_connecting(native: i32, message: &str) -> Option<&'static str> {
    Some(match native {
        -1 if message.contains("certificate") => {
            "Le serveur présente un certificat que cette machine ne reconnaît pas. Installez le certificat de votre autorité \
             sur ce poste, ou, pour un essai sur un réseau sûr, ajoutez TrustServerCertificate=yes à la chaîne de connexion."
        }
        -1 if message.contains("wrong version number") => {
            "Encrypt=Strict demande SQL Server 2022 ; utilisez Encrypt=Mandatory."
        }
        -1 if message.contains("Locating Server") => {
            "L'instance de SQL Server est introuvable : le service SQL Server Browser (UDP 1434) répond-il ? Sinon, donnez \
             le port dans la chaîne de connexion : hôte,1433."
        }
        -1 => {
            "La connexion à SQL Server n'a pas pu s'établir. Trois causes sont possibles : le certificat du serveur n'est pas \
             reconnu par cette machine (installez celui de votre autorité, ou, pour un essai sur un réseau sûr, ajoutez \
             TrustServerCertificate=yes) ; Encrypt=Strict demande SQL Server 2022 ; l'instance est introuvable (donnez le \
             port : hôte,1433)."
        }
        20 | 20002 => {
            "Le serveur n'accepte pas de connexion chiffrée. Activez le chiffrement sur SQL Server, ou ajoutez \
             Encrypt=Optional à la chaîne de connexion."
        }
        10057 | 10060 | 10061 | 20009 => {
            "Aucun SQL Server ne répond à l'adresse et au port de la chaîne de connexion. Vérifiez que le service est \
             démarré, TCP/IP activé et le port ouvert."
        }
        3 | 11001 | 20013 => "Le nom du serveur, dans la chaîne de connexion, est inconnu de ce réseau.",
        458_752 | -2_146_893_042 => {
            "La connexion Windows n'est pas possible avec ce compte ; donnez UID et PWD, ou lancez le programme sous un \
             compte du domaine."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_stands_twice() {
        let mut numbers: Vec<i32> = NUMBERS.iter().flat_map(|(_, numbers)| *numbers).copied().collect();
        let all = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), all);
    }
}
