//! The programs of a control plane, others that the tests need, and the Go packages that they are built from.

use super::module::Module;

/// One program of the control plane, or one that the tests need beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Program {
    /// The store behind the API server.
    Etcd,
    /// The API server.
    KubeApiserver,
    /// The controllers of namespaces, deployments, garbage and the like.
    KubeControllerManager,
    /// The scheduler.
    KubeScheduler,
    /// The command line that plugins are dispatched by.
    Kubectl,
    /// The player of nodes and of the pods on them.
    Kwok,
    /// The package manager whose releases and templates ours are compared with; no part of a control plane.
    Helm,
    /// The manager of kubectl plugins, which ours is installed by.
    Krew,
    /// The judge of plugin manifests, which krew's own index asks.
    ValidateKrewManifest,
    /// The linter of the workflows under `.github/`.
    Actionlint,
    /// What keeps the certificates of the overlay of that name.
    CertManager,
    /// The judge of alert rules, which reads them as Prometheus does.
    PrometheusAdmissionWebhook,
}

impl Program {
    /// The name of the executable file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Kubectl => "kubectl",
            Self::Kwok => "kwok",
            Self::Helm => "helm",
            Self::Krew => "krew",
            Self::ValidateKrewManifest => "validate-krew-manifest",
            Self::Actionlint => "actionlint",
            Self::CertManager => "cert-manager",
            Self::PrometheusAdmissionWebhook => "prometheus-admission-webhook",
        }
    }

    /// The Go package that it is built from.
    pub(super) fn package(self) -> &'static str {
        match self {
            Self::Etcd => "go.etcd.io/etcd/server/v3",
            Self::KubeApiserver => "k8s.io/kubernetes/cmd/kube-apiserver",
            Self::KubeControllerManager => "k8s.io/kubernetes/cmd/kube-controller-manager",
            Self::KubeScheduler => "k8s.io/kubernetes/cmd/kube-scheduler",
            Self::Kubectl => "k8s.io/kubernetes/cmd/kubectl",
            Self::Kwok => "sigs.k8s.io/kwok/cmd/kwok",
            Self::Helm => "helm.sh/helm/v3/cmd/helm",
            Self::Krew => "sigs.k8s.io/krew/cmd/krew",
            Self::ValidateKrewManifest => "sigs.k8s.io/krew/cmd/validate-krew-manifest",
            Self::Actionlint => "github.com/rhysd/actionlint/cmd/actionlint",
            Self::CertManager => "kubectl-profile.dev/sandbox/cert-manager",
            Self::PrometheusAdmissionWebhook => {
                "github.com/prometheus-operator/prometheus-operator/cmd/admission-webhook"
            }
        }
    }

    /// The module that pins the version.
    pub(super) fn module(self) -> Module {
        match self {
            Self::Kwok => Module::Kwok,
            Self::Helm => Module::Helm,
            Self::Krew | Self::ValidateKrewManifest => Module::Krew,
            Self::Actionlint => Module::Actionlint,
            Self::CertManager => Module::CertManager,
            Self::PrometheusAdmissionWebhook => Module::PrometheusOperator,
            _ => Module::ControlPlane,
        }
    }

    /// How long a first build takes on two cores, for the progress line.
    pub(super) fn build_time(self) -> &'static str {
        match self {
            Self::KubeApiserver | Self::CertManager => "4 minutes",
            Self::PrometheusAdmissionWebhook => "3 minutes",
            Self::KubeControllerManager | Self::Kwok | Self::Helm => "80 seconds",
            Self::Etcd => "35 seconds",
            Self::Kubectl | Self::KubeScheduler | Self::Krew | Self::ValidateKrewManifest => "20 seconds",
            Self::Actionlint => "10 seconds",
        }
    }
}
