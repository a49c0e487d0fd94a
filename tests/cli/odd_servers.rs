//! Servers that answer what no API server does.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
};

use crate::folder::Folder;

/// A server that answers every request by one body, as long as this process lives.
fn server(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            // What is asked does not matter, and who asks has sent all of it before an answer comes.
            let _ = stream.read(&mut [0; 4096]);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        }
    });
    address
}

#[test]
fn rejects_a_list_that_is_none() {
    let folder = Folder::empty();
    for body in ["{}", "null", "42", "[]", "<html></html>", r#"{"items": {"a": 1}}"#] {
        folder.refuses(&format!("status -A --server={}", server(body)), 2, &["error: cannot"]);
    }
}

#[test]
fn accepts_a_list_of_nothing() {
    let folder = Folder::empty();
    for body in [r#"{"items": []}"#, r#"{"kind": "SpectroClusterList", "items": null}"#] {
        let ran = folder.run_exactly(&format!("status -A --server={}", server(body))).exits(0);
        ran.prints("").tells("no clusters in all namespaces");
    }
}

#[test]
fn rejects_pages_that_lead_to_themselves() {
    let body = r#"{"metadata": {"continue": "again"}, "items": []}"#;
    Folder::empty().refuses(&format!("status -A --server={}", server(body)), 2, &["the one that it just gave"]);
}

#[test]
fn rejects_an_address_with_a_password_and_does_not_repeat_it() {
    let ran = Folder::empty().run_exactly("status --server=https://user:pa55w0rd@127.0.0.1:1").exits(2);
    ran.hides("pa55w0rd").tells("has a user in it");
}
