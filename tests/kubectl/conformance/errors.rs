//! Every kind of error.

use super::{
    flags::ONE_SHAPE,
    row::{Row, Same},
};

pub(super) fn rows() -> Vec<Row> {
    let get = |what, kubectl, plugin, same| Row::new(what, kubectl, plugin, same);
    vec![
        get("a name that is not there", "get spectroclusters nothing", "status nothing", Same::Kind).differs(
            "clusters are found in lists, on files and on Palette as well, so that the nearest names can be told",
        ),
        get("forbidden", "get spectroclusters --as=nobody", "status --as=nobody", Same::Kind),
        get(
            "not logged in",
            "get spectroclusters --kubeconfig=/dev/null -s SERVER --insecure-skip-tls-verify --token=wrong",
            "status --kubeconfig=/dev/null -s SERVER --insecure-skip-tls-verify --token=wrong",
            Same::Kind,
        ),
        get("no server", "get spectroclusters -s https://127.0.0.1:1", "status -s https://127.0.0.1:1", Same::Kind)
            .differs(ONE_SHAPE),
        get(
            "a certificate of another name",
            "get spectroclusters --tls-server-name=x.example",
            "status --tls-server-name=x.example",
            Same::Kind,
        )
        .differs(ONE_SHAPE),
        get("an unknown context", "get spectroclusters --context=nothing", "status --context=nothing", Same::Words),
        get("an unknown command", "sho", "sho", Same::Kind),
        get("an unknown flag", "get spectroclusters --nothing", "status --nothing", Same::Words),
        get("an unknown short flag", "get spectroclusters -Z", "status -Z", Same::Words),
        get(
            "a flag without its value",
            "get spectroclusters -n nowhere --context",
            "status -n nowhere --context",
            Same::Words,
        ),
        get("an argument that is missing", "scale", "switch", Same::Kind),
        get(
            "a kubeconfig that is no YAML",
            "get spectroclusters --kubeconfig=FOLDER/not-yaml",
            "status --kubeconfig=FOLDER/not-yaml",
            Same::Kind,
        ),
    ]
}
