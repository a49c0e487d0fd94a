//! What the charts of packs hold: by the records of Helm itself, or else by the user's `helm` program.

mod program;

use std::path::{Path, PathBuf};

use profile_core::render::{Chart, ChartOutcome, ChartPack, ChartText, Moment, Records, Release};

use self::program::Program;
use crate::{error::Error, store::KubernetesStore};

/// Where the contents of charts come from.
#[derive(Default)]
pub(super) struct Charts {
    records: Records,
    program: Option<Program>,
    /// Why no program renders what has no record, in words.
    no_program: String,
}

impl Charts {
    /// Reads the records of the releases that `packs` may be installed as, and looks for the program unless it is declined.
    pub(super) async fn read(
        workload: Option<&KubernetesStore>,
        packs: &[ChartPack],
        declines_program: bool,
        kubernetes: Option<&str>,
    ) -> Result<Self, Error> {
        if packs.is_empty() {
            return Ok(Self::default());
        }
        let records = match workload {
            Some(store) => {
                let mut namespaces: Vec<_> = packs.iter().map(|it| it.namespace().to_owned()).collect();
                namespaces.sort();
                namespaces.dedup();
                store.helm_records(&namespaces, |release| packs.iter().any(|it| it.may_hold(release))).await?
            }
            None => Records { kept: Vec::new(), not_visible: vec!["files hold no records of Helm's releases".into()] },
        };
        let mut charts = Self { records, ..Self::default() };
        let has_files = packs.iter().any(|pack| pack.charts.iter().any(|chart| chart.path.is_some()));
        match program::on_path() {
            _ if !has_files => charts.no_program = "name a directory that holds the pack with --packs".into(),
            _ if declines_program => charts.no_program = "--no-helm declines the helm program".into(),
            None => charts.no_program = "there is no helm program on the PATH to render the pack's chart with".into(),
            Some(path) => {
                let api_versions = match workload {
                    Some(store) => store.api_versions().await?,
                    None => Vec::new(),
                };
                charts.program = Some(Program::new(path, kubernetes, api_versions));
            }
        }
        Ok(charts)
    }

    /// The releases that answer for objects of a pack.
    pub(super) fn releases(&self, pack: &ChartPack, moment: Moment) -> Vec<Release> {
        pack.releases(&self.records, moment)
    }

    /// What each chart of a pack holds. `file` finds a chart's file in the pack's directory.
    pub(super) async fn of(
        &self,
        pack: &ChartPack,
        moment: Moment,
        file: impl Fn(&str) -> Option<Result<PathBuf, String>>,
    ) -> Vec<ChartOutcome> {
        let mut outcomes = pack.read(&self.records, moment);
        for outcome in &mut outcomes {
            let is_certain = outcome.outcome.as_ref().is_ok_and(|text| text.assumed.is_empty());
            if is_certain {
                continue;
            }
            let chart = pack.charts.iter().find(|it| it.name == outcome.chart);
            let rendered = match chart.and_then(|chart| Some((chart, file(chart.path.as_deref()?)?))) {
                Some((chart, file)) => self.by_program(pack, chart, file).await,
                None => Err("name a directory that holds the pack with --packs".to_owned()),
            };
            match (rendered, &mut outcome.outcome) {
                (Ok(text), outcome) => *outcome = Ok(text),
                (Err(error), Err(reason)) => *reason = format!("{reason}; {error}"),
                // The record says at least what was there once.
                (Err(error), Ok(text)) if self.program.is_some() => text.assumed.push(error),
                (Err(_), Ok(_)) => {}
            }
        }
        outcomes
    }

    async fn by_program(
        &self,
        pack: &ChartPack,
        chart: &Chart,
        file: Result<PathBuf, String>,
    ) -> Result<ChartText, String> {
        let Some(program) = &self.program else { return Err(self.no_program.clone()) };
        let release = pack.release_of(chart);
        let file: &Path = &file?;
        let text = program.template(&release, file, &chart.values).await?;
        Ok(ChartText::by_program(&chart.name, release, text))
    }
}
