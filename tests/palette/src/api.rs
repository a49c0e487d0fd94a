//! The endpoints: a table of methods and paths, and what answers them.

mod attach;
mod cluster;
mod cluster_lists;
mod cluster_packs;
mod notifications;
mod pages;
mod profile;
mod profile_changes;
mod profile_import;
mod profile_lists;
mod projects;
mod render;
mod repave;
mod staged;
mod validate;
mod variables;

use crate::{
    exchange::{Answer, Request},
    world::World,
};

/// An answer, or one that refuses.
type Outcome = Result<Answer, Answer>;

/// What a handler works with.
pub(crate) struct Context<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) request: &'a Request,
    /// How many items a page has where the request does not say.
    pub(crate) page: usize,
}

type Handler = fn(&mut Context<'_>) -> Outcome;

/// An endpoint.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) template: &'static str,
    handler: Handler,
}

const fn route(method: &'static str, template: &'static str, handler: Handler) -> Route {
    Route { method, template, handler }
}

/// Every endpoint.
pub(crate) const ROUTES: &[Route] = &[
    route("GET", "/v1/users/info", projects::user),
    route("GET", "/v1/dashboard/projects/metadata", projects::metadata),
    route("GET", "/v1/projects/{uid}", projects::get),
    route("GET", "/v1/dashboard/clusterprofiles/metadata", profile_lists::metadata),
    route("POST", "/v1/dashboard/clusterprofiles", profile_lists::summaries),
    route("GET", "/v1/clusterprofiles/validate/name", profile_changes::validate_name),
    route("POST", "/v1/clusterprofiles/import", profile_import::import),
    route("POST", "/v1/clusterprofiles/import/validate", profile_import::validate),
    route("GET", "/v1/clusterprofiles/{uid}", profile::get),
    route("PUT", "/v1/clusterprofiles/{uid}", profile_changes::update),
    route("GET", "/v1/clusterprofiles/{uid}/packs/manifests", profile::manifests),
    route("GET", "/v1/clusterprofiles/{uid}/variables", profile::variables),
    route("GET", "/v1/clusterprofiles/{uid}/export", profile_import::export),
    route("POST", "/v1/clusterprofiles/{uid}/clone", profile_changes::clone),
    route("PATCH", "/v1/clusterprofiles/{uid}/publish", profile_changes::publish),
    route("PUT", "/v1/clusterprofiles/{uid}/packs/{packName}", profile_changes::update_pack),
    route("GET", "/v1/dashboard/spectroclusters/metadata", cluster_lists::metadata),
    route("POST", "/v1/dashboard/spectroclusters/search", cluster_lists::search),
    route("GET", "/v1/dashboard/spectroclusters/repaveStatus", cluster_lists::by_repave),
    route("GET", "/v1/spectroclusters/{uid}", cluster::get),
    route("GET", "/v1/spectroclusters/{uid}/status", cluster::status),
    route("GET", "/v1/spectroclusters/{uid}/profiles", cluster_packs::profiles),
    route("PATCH", "/v1/spectroclusters/{uid}/profiles", attach::patch),
    route("PUT", "/v1/spectroclusters/{uid}/profiles", attach::put),
    route("DELETE", "/v1/spectroclusters/{uid}/profiles", attach::delete),
    route("PATCH", "/v1/spectroclusters/{uid}/packRefs", attach::apply_updates),
    route("GET", "/v1/spectroclusters/{uid}/profiles/packs/manifests", cluster_packs::manifests),
    route("GET", "/v1/spectroclusters/{uid}/profiles/{profileUid}/packs/{packName}/config", cluster_packs::config),
    route("GET", "/v1/spectroclusters/{uid}/packs/resolvedValues", cluster_packs::resolved),
    route("GET", "/v1/spectroclusters/{uid}/profileUpdates", cluster_packs::updates),
    route("GET", "/v1/spectroclusters/{uid}/variables", variables::get),
    route("PATCH", "/v1/spectroclusters/{uid}/variables", variables::patch),
    route("GET", "/v1/spectroclusters/{uid}/status/spcApply", staged::get),
    route("POST", "/v1/spectroclusters/{uid}/status/spcApply", staged::apply),
    route("POST", "/v1/spectroclusters/{uid}/validate/packs", validate::packs),
    route("POST", "/v1/spectroclusters/{uid}/validate/repave", repave::validate),
    route("GET", "/v1/spectroclusters/{uid}/repave/status", repave::status),
    route("PATCH", "/v1/spectroclusters/{uid}/repave/approve", repave::approve),
    route("GET", "/v1/notifications/{objectKind}/{objectUid}", notifications::list),
    route("GET", "/v1/clusterTemplates/{uid}", projects::template),
];

/// Endpoints that look at the whole tenant.
const TENANT_WIDE: [&str; 3] = ["/v1/users/info", "/v1/dashboard/projects/metadata", "/v1/projects/{uid}"];

/// Finds out which path of the API a request means, among `templates`; one with more fixed words wins.
pub(crate) fn matching<'t>(path: &str, templates: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let fits = |template: &str| {
        let (mut wanted, mut given) = (template.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(wanted), Some(given)) if wanted == given => {}
                (Some(wanted), Some(given)) if wanted.starts_with('{') && !given.is_empty() => {}
                _ => return false,
            }
        }
    };
    templates.filter(|template| fits(template)).min_by_key(|template| template.matches('{').count())
}

/// What stands in the path for the names of its template.
pub(crate) fn names(path: &str, template: &str) -> Vec<(String, String)> {
    let pairs = template.split('/').zip(path.split('/'));
    let named = pairs.filter_map(|(wanted, given)| {
        let name = wanted.strip_prefix('{')?.strip_suffix('}')?;
        Some((name.to_owned(), crate::exchange::decoded(given)))
    });
    named.collect()
}

/// Answers a request whose template is known.
pub(crate) fn answer(world: &mut World, request: &Request, page: usize) -> Answer {
    let mut routes = ROUTES.iter().filter(|route| route.template == request.template).peekable();
    if routes.peek().is_none() {
        let message = format!("the fake does not play {} {}", request.method, request.path);
        return Answer::error(501, "NotImplemented", &message);
    }
    let Some(route) = routes.find(|route| route.method == request.method) else {
        return Answer::error(405, "MethodNotAllowed", &format!("the fake does not play {} here", request.method));
    };
    if !TENANT_WIDE.contains(&route.template)
        && let Some(uid) = request.project()
        && world.project(uid).is_none()
    {
        return Answer::error(403, "Forbidden", &format!("no access to the project '{uid}'"));
    }
    (route.handler)(&mut Context { world, request, page }).unwrap_or_else(|refusal| refusal)
}

/// Method and path of every endpoint that the fake plays.
pub fn endpoints() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROUTES.iter().map(|route| (route.method, route.template))
}
