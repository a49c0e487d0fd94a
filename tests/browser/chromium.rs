//! A headless Chromium, driven over its debugging pipe: no port, no WebSocket, and it ends with us.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer may take before the browser counts as hung.
const PATIENCE: Duration = Duration::from_secs(120);
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser, which all tests that run at a time share: its start is most of their time.
struct Chromium {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    last_id: u64,
    events: Vec<Value>,
    home: TempDir,
}

/// A tab with cookies, a window and a size of its own.
pub(crate) struct Tab {
    browser: Arc<Mutex<Chromium>>,
    session: String,
}

impl Chromium {
    fn shared() -> Arc<Mutex<Self>> {
        static SHARED: Mutex<Weak<Mutex<Chromium>>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let browser = Arc::new(Mutex::new(Self::start()));
            *shared = Arc::downgrade(&browser);
            browser
        })
    }

    fn start() -> Self {
        let home = TempDir::new().unwrap();
        // The pipe is what file descriptors 3 and 4 are: the shell makes them of stdin and stdout.
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "sh"]).arg(installed());
        command.args(["--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]);
        // No name leads anywhere, whatever a page asks for.
        command.arg("--host-resolver-rules=MAP * ~NOTFOUND").arg(format!("--user-data-dir={}", home.path().display()));
        if fs::metadata(home.path()).is_ok_and(|it| it.uid() == 0) {
            // Chromium has no sandbox for root. Only pages of ours are opened.
            command.arg("--no-sandbox");
        }
        let errors = fs::File::create(home.path().join("stderr")).unwrap();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let (to, pipe) = (child.stdin.take(), child.stdout.take().unwrap());
        let (sender, from) = mpsc::channel();
        thread::spawn(move || {
            for message in BufReader::new(pipe).split(0).map_while(Result::ok) {
                if sender.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    break;
                }
            }
        });
        Self { child, to, from, last_id: 0, events: Vec::new(), home }
    }

    #[track_caller]
    fn call(&mut self, session: Option<&str>, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        let mut message = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let pipe = self.to.as_mut().unwrap();
        pipe.write_all(format!("{message}\0").as_bytes()).unwrap();
        pipe.flush().unwrap();
        loop {
            let mut message = self.next();
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    fn next(&mut self) -> Value {
        self.from.recv_timeout(PATIENCE).unwrap_or_else(|error| {
            let errors = fs::read_to_string(self.home.path().join("stderr")).unwrap_or_default();
            panic!("Chromium does not answer: {error}\n{errors}")
        })
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // A closed pipe ends the browser and all of its processes.
        drop(self.to.take());
        let _ = self.child.wait();
    }
}

impl Tab {
    /// An empty tab.
    pub(crate) fn new() -> Self {
        let shared = Chromium::shared();
        let mut browser = lock(&shared);
        let context = browser.call(None, "Target.createBrowserContext", &json!({}))["browserContextId"].take();
        let target = json!({"url": "about:blank", "browserContextId": context});
        let target = browser.call(None, "Target.createTarget", &target)["targetId"].take();
        let attached = browser.call(None, "Target.attachToTarget", &json!({"targetId": target, "flatten": true}));
        let session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(Some(&session), &format!("{domain}.enable"), &json!({}));
        }
        drop(browser);
        Self { browser: shared, session }
    }

    /// Opens a file in a window of `width` and waits until it is loaded.
    pub(crate) fn open(&self, path: &Path, width: u32) {
        self.resize(width);
        lock(&self.browser).events.retain(|event| event["sessionId"] != self.session.as_str());
        self.call("Page.navigate", json!({"url": format!("file://{}", path.display())}));
        let mut browser = lock(&self.browser);
        let is_loaded =
            |event: &Value| event["sessionId"] == self.session.as_str() && event["method"] == "Page.loadEventFired";
        while !browser.events.iter().any(is_loaded) {
            let message = browser.next();
            browser.events.push(message);
        }
    }

    /// Makes the window as wide as this.
    pub(crate) fn resize(&self, width: u32) {
        let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Emulates what the reader prefers, or how it is shown.
    pub(crate) fn media(&self, scheme: &str, media: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"media": media, "features": features}));
    }

    /// Turns scripts of the pages that are opened from now on off.
    pub(crate) fn without_scripts(&self) {
        self.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    }

    /// What `expression` is in the page.
    #[track_caller]
    pub(crate) fn eval(&self, expression: &str) -> Value {
        let answer = self
            .call("Runtime.evaluate", json!({"expression": expression, "returnByValue": true, "awaitPromise": true}));
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Clicks with the mouse in the middle of the first element of `selector`.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        let middle = self.eval(&format!(
            "(() => {{ const it = document.querySelector({selector:?}); it.scrollIntoView({{block: 'center'}}); \
             const box = it.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": middle[0], "y": middle[1], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Types text into what has the focus.
    pub(crate) fn write(&self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Presses a key, such as `Tab`.
    pub(crate) fn press(&self, key: &str, code: u32) {
        let text = match key {
            "Enter" => "\r",
            _ if key.chars().count() == 1 => key,
            _ => "",
        };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code});
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// All addresses that the page has asked for.
    pub(crate) fn requests(&self) -> Vec<String> {
        let sent = self.events(&["Network.requestWillBeSent"]).into_iter();
        sent.map(|event| event["request"]["url"].as_str().unwrap().to_owned()).collect()
    }

    /// All that the page or the browser complained about.
    pub(crate) fn complaints(&self) -> Vec<Value> {
        self.events(&["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"])
    }

    fn events(&self, methods: &[&str]) -> Vec<Value> {
        let browser = lock(&self.browser);
        let own = browser.events.iter().filter(|event| event["sessionId"] == self.session.as_str());
        own.filter(|event| methods.iter().any(|it| event["method"] == *it))
            .map(|event| event["params"].clone())
            .collect()
    }

    /// Writes what the whole page looks like, where `SCREENSHOTS` names a folder for it.
    pub(crate) fn screenshot(&self, name: &str) {
        let Some(folder) = env::var_os("SCREENSHOTS") else { return };
        let answer = self.call("Page.captureScreenshot", json!({"captureBeyondViewport": true, "format": "png"}));
        let image = STANDARD.decode(answer["data"].as_str().unwrap()).unwrap();
        fs::create_dir_all(&folder).unwrap();
        fs::write(PathBuf::from(folder).join(format!("{name}.png")), image).unwrap();
    }

    #[track_caller]
    fn call(&self, method: &str, params: Value) -> Value {
        lock(&self.browser).call(Some(&self.session), method, &params)
    }
}

fn lock(browser: &Mutex<Chromium>) -> MutexGuard<'_, Chromium> {
    // A test that failed is no reason for the others to fail.
    browser.lock().unwrap_or_else(PoisonError::into_inner)
}

fn installed() -> PathBuf {
    let named = env::var_os("CHROMIUM").map(PathBuf::from);
    let folders: Vec<_> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    let found = folders.iter().flat_map(|folder| NAMES.map(|name| folder.join(name))).find(|path| path.is_file());
    named.or(found).expect(
        "the browser tests need Chromium: `apt-get install --no-install-recommends chromium fonts-dejavu-core`, or name one \
         with CHROMIUM=/path/to/chrome",
    )
}
