//! The command line: global flags, kubectl's own words for them, and the subcommands.

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::{Args, ColorChoice, CommandFactory, Parser, ValueEnum};

use crate::{called, commands::Command, configuration::Configuration};

pub(crate) use crate::output::format::{Format, Formats};

pub(crate) mod connection;
pub(crate) mod switches;

pub(crate) use connection::ConnectionArgs;

const EXIT_CODES: &str = "Exit Codes:
  0    done, or no difference
  1    differences found
  2    error, or wrong usage
  3    unchanged, with --error-unchanged
  4    refused, by a rule, the admission or a guard of ours
  5    part of several failed
  6    a decision is needed
  124  timed out
  130  interrupted";

/// Move clusters between versions of their Spectro Cloud Palette cluster profiles
///
/// Shows Current against Pending, refuses what must never be done, switches, and finds and scales down what an update
/// left behind. Works on the current kubeconfig context, on files with -f, or on Palette's own API with --store palette.
#[derive(Debug, Parser)]
#[command(name = "kubectl-profile", version, after_help = EXIT_CODES)]
#[command(disable_help_subcommand = true, subcommand_required = true)]
// As with kubectl the last one holds where a flag is given twice.
#[command(args_override_self = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command takes.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Global {
    /// Directory or file of YAML or JSON to work on instead of a Kubernetes API; may be given several times
    #[arg(short = 'f', long = "filename", global = true, value_name = "PATH")]
    pub(crate) files: Vec<PathBuf>,
    /// Where profiles and clusters come from and go to; when not given it is decided by -f, by flags that only one of them
    /// has, by the configuration file, or by which one is configured
    #[arg(long, global = true, value_enum)]
    pub(crate) store: Option<StoreName>,
    /// Namespace of the cluster object, cluster-<uid> in Palette
    #[arg(short, long, global = true, value_name = "NAMESPACE")]
    pub(crate) namespace: Option<String>,
    /// Look in all namespaces
    #[arg(short = 'A', long, global = true, conflicts_with = "namespace")]
    pub(crate) all_namespaces: bool,
    /// Path of the kubeconfig file
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The kubeconfig context to use
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// The kubeconfig context of the workload cluster, where that is not the one that holds the cluster object
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) workload_context: Option<String>,
    /// Path of the kubeconfig file of the workload cluster
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) workload_kubeconfig: Option<PathBuf>,
    /// File that says for each cluster where its workloads are: a YAML map from NAME, NAMESPACE/NAME or
    /// CONTEXT/NAMESPACE/NAME to {context: NAME, kubeconfig: FILE}
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) workload_map: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    /// How long one request to the API server may take, such as 5s or 1m; 0 for as long as it takes
    #[arg(long, global = true, value_name = "DURATION", value_parser = connection::request_timeout, default_value = "30s")]
    pub(crate) request_timeout: Duration,
    /// Host of Palette's API, such as api.spectrocloud.com; SPECTROCLOUD_HOST when not given. The key comes from
    /// SPECTROCLOUD_APIKEY or the configuration file
    #[arg(long, global = true, value_name = "HOST")]
    pub(crate) palette_host: Option<String>,
    /// Project of Palette, by name or uid; SPECTROCLOUD_DEFAULT_PROJECT when not given
    #[arg(long, global = true, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    /// File of certificates in PEM to trust for Palette beside those of the system
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) palette_ca: Option<PathBuf>,
    /// Show requests on stderr: from 1 on those that are sent again, from 6 on each with its status, from 8 on
    /// with headers, from 9 on with sizes; never credentials or bodies
    #[arg(short = 'v', long = "v", global = true, value_name = "LEVEL", default_value_t = 0)]
    pub(crate) verbosity: u8,
    /// When to colour what is printed; `auto` heeds NO_COLOR, CLICOLOR and TERM
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
    /// What the configuration file says.
    #[arg(skip)]
    pub(crate) configuration: Arc<Configuration>,
    /// Whether the command changes something, so that the store must be certain.
    #[arg(skip)]
    pub(crate) writes: bool,
    /// The word of the command, such as `switch`, which the API server is told.
    #[arg(skip)]
    pub(crate) verb: String,
}

/// The stores that can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StoreName {
    /// The Kubernetes API of the current context.
    Kubernetes,
    /// Files named by -f.
    Files,
    /// Palette's own API.
    Palette,
}

/// The command as clap knows it. Asked for help it answers with the name of the command that is meant, and no more: `help`
/// writes the text.
pub(crate) fn command() -> clap::Command {
    let command = Cli::command().bin_name(called::name()).help_template("");
    command.mut_subcommands(|it| {
        let name = it.get_name().to_owned();
        it.help_template(name)
    })
}

/// Reads `5s`, `1m30s` or a bare number of seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| format!("{text:?} is no duration; write 30s, 5m or 1h"))?;
    span.try_into().map_err(|_| format!("{text:?} is negative; write 30s, 5m or 1h"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn no_command_has_an_argument_of_a_global_flags_name() {
        // Clap would give the value of the one to the other as well.
        let root = command();
        let globals: Vec<_> = root.get_arguments().filter(|it| it.is_global_set()).map(clap::Arg::get_id).collect();
        for subcommand in root.get_subcommands() {
            let own = subcommand.get_arguments().filter(|it| !it.is_global_set());
            let doubles: Vec<_> = own.map(clap::Arg::get_id).filter(|id| globals.contains(id)).collect();
            assert!(doubles.is_empty(), "{}: {doubles:?}", subcommand.get_name());
        }
    }

    #[test]
    fn durations_are_read_as_kubectl_writes_them() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("7"), Ok(Duration::from_secs(7)));
        for text in ["", "banana", "-5s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
