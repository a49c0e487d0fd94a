//! The functions that Helm has and that are not rendered here: each is an error that says so, once it is called.
//!
//! They change their arguments, draw random numbers, read a clock or a cluster, or are seldom used, or need a library of
//! their own, such as one for regular expressions.

use gtmpl_ng::{Func, FuncError};

macro_rules! only_helm {
    ($($name:literal)*) => {
        /// The functions by their names in templates.
        pub(in crate::render) const ONLY_HELM: &[(&str, Func)] = &[$((
            $name,
            |_| Err(FuncError::Generic(concat!("`", $name, "` is not rendered here, only by Helm").to_owned())),
        )),*];
    };
}

only_helm! {
    "abbrev" "abbrevboth" "add1f" "addf" "adler32sum" "ago" "b32dec" "b32enc" "base" "bcrypt" "buildCustomCert" "camelcase"
    "chunk" "clean" "date" "dateInZone" "dateModify" "date_in_zone" "date_modify" "decryptAES" "derivePassword" "dir" "divf"
    "duration" "durationRound" "encryptAES" "ext" "fromToml" "genCA" "genCAWithKey" "genPrivateKey" "genSelfSignedCert"
    "genSelfSignedCertWithKey" "genSignedCert" "genSignedCertWithKey" "getHostByName" "hello" "htmlDate" "htmlDateInZone"
    "htpasswd" "initials" "isAbs" "kebabcase" "maxf" "merge" "mergeOverwrite" "minf" "mulf" "mustChunk" "mustDateModify"
    "mustMerge" "mustMergeOverwrite" "mustRegexFind" "mustRegexFindAll" "mustRegexMatch"
    "mustRegexReplaceAll" "mustRegexReplaceAllLiteral" "mustRegexSplit" "mustToDate"
    "must_date_modify" "now" "osBase" "osClean" "osDir" "osExt" "osIsAbs" "randAlpha" "randAlphaNum" "randAscii" "randBytes"
    "randInt" "randNumeric" "regexFind" "regexFindAll" "regexMatch" "regexQuoteMeta" "regexReplaceAll"
    "regexReplaceAllLiteral" "regexSplit" "semver" "set" "sha1sum" "shuffle" "snakecase" "splitn" "subf" "swapcase" "toDate"
    "toDecimal" "toToml" "toYamlPretty" "typeIsLike" "unixEpoch" "unset" "urlJoin" "urlParse" "uuidv4"
    "wrap" "wrapWith"
}
