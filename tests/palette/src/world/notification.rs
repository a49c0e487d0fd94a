//! What an in-place edit of a profile tells the clusters that use it.

use super::World;

/// A notification of a cluster: the profile version that it uses was changed.
#[derive(Clone, Debug)]
pub struct Notification {
    /// The uid.
    pub uid: String,
    /// The cluster's uid.
    pub cluster: String,
    /// The uid of the profile version.
    pub profile: String,
    /// What happened, in words.
    pub message: String,
    /// Whether it was applied or dismissed.
    pub done: bool,
    /// When it came.
    pub created: String,
}

impl World {
    /// Tells every cluster that uses a profile version that it was changed. One open notification gathers all changes.
    pub(super) fn notify_users(&mut self, profile: &str) {
        let name = self.profile(profile).map(|profile| format!("{} {}", profile.name, profile.version));
        let users: Vec<String> = self.users_of(profile).map(|cluster| cluster.uid.clone()).collect();
        for cluster in users {
            let open = self.open_notifications(&cluster).any(|open| open.profile == profile);
            if open {
                continue;
            }
            let notification = Notification {
                uid: self.uids.make("notification", &format!("{cluster}/{profile}")),
                message: format!("Cluster profile {} was updated", name.as_deref().unwrap_or(profile)),
                profile: profile.to_owned(),
                done: false,
                created: self.clock.now(),
                cluster,
            };
            self.notifications.push(notification);
        }
    }

    /// The notifications of a cluster that wait for an answer.
    pub fn open_notifications(&self, cluster: &str) -> impl Iterator<Item = &Notification> {
        self.notifications.iter().filter(move |open| open.cluster == cluster && !open.done)
    }

    /// Marks notifications of a cluster as done: those of one profile version, or all.
    pub(super) fn finish_notifications(&mut self, cluster: &str, profile: Option<&str>) {
        let open = self.notifications.iter_mut().filter(|open| open.cluster == cluster);
        for notification in open.filter(|open| profile.is_none_or(|profile| open.profile == profile)) {
            notification.done = true;
        }
    }
}
