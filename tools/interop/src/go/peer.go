// A TLS client and server over Go's crypto/tls, told by one JSON argument what to do. It prints one JSON line for each
// connection, and as a server its port before them.
package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"strings"
	"time"
)

type setup struct {
	Role       string
	Port       int
	ServerName string
	Versions   []uint16
	Suites     []uint16
	Groups     []tls.CurveID
	Alpn       []string
	Talk       string
	Greeting   string
	Content    string
	Roots      string
	Chain      string
	Key        string
	Require    bool
	Visits     int
	Label      string
	Length     int
}

// What one connection was like; the fields are those of a Result in side.ts.
type report struct {
	Version  string  `json:"version,omitempty"`
	Suite    string  `json:"suite,omitempty"`
	Group    int     `json:"groupCode,omitempty"`
	Resumed  *bool   `json:"resumed,omitempty"`
	Alpn     *string `json:"alpn,omitempty"`
	PeerName *string `json:"peerName,omitempty"`
	Exported string  `json:"exported,omitempty"`
	Received *string `json:"received,omitempty"`
	Ending   string  `json:"ending,omitempty"`
	Alert    int     `json:"alertNumber"`
	Error    string  `json:"error"`
}

func main() {
	var s setup
	check(json.Unmarshal([]byte(os.Args[1]), &s))
	config := configOf(s)
	if s.Role == "server" {
		serve(s, config)
	} else {
		visit(s, config)
	}
}

func serve(s setup, config *tls.Config) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
	check(err)
	print(map[string]int{"port": listener.Addr().(*net.TCPAddr).Port})
	for range s.Visits {
		raw, err := listener.Accept()
		check(err)
		print(play(s, tls.Server(raw, config)))
	}
}

func visit(s setup, config *tls.Config) {
	config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	for range s.Visits {
		raw, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
		check(err)
		print(play(s, tls.Client(raw, config)))
	}
}

// One connection from its handshake to its end.
func play(s setup, conn *tls.Conn) report {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	if err := conn.Handshake(); err != nil {
		return faults(report{}, err)
	}
	r := facts(s, conn.ConnectionState())
	received, err := talk(s, conn)
	r.Received = &received
	// A connection that ends without close_notify is io.ErrUnexpectedEOF.
	if err == nil {
		r.Ending = "clean"
	} else {
		r.Ending = "failed"
	}
	return faults(r, err)
}

// What is said, and what was heard. Whoever closes first says close_notify and waits for the other side's.
func talk(s setup, conn *tls.Conn) (string, error) {
	switch {
	case s.Talk == "upload" && s.Role == "client", s.Talk == "download" && s.Role == "server":
		content, err := os.Open(s.Content)
		check(err)
		if _, err := io.Copy(conn, content); err != nil {
			return "", err
		}
		return "", closeFirst(conn)
	case s.Talk == "upload" || s.Talk == "download":
		hash := sha256.New()
		_, err := io.Copy(hash, conn)
		return hex.EncodeToString(hash.Sum(nil)), err
	case s.Role == "client":
		if _, err := io.WriteString(conn, s.Greeting+"\n"); err != nil {
			return "", err
		}
		return hear(conn, s.Talk == "echo")
	default:
		return answer(conn, s.Talk == "farewell")
	}
}

func hear(conn *tls.Conn, leave bool) (string, error) {
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return line, err
	}
	if leave {
		return strings.TrimSpace(line), closeFirst(conn)
	}
	return strings.TrimSpace(line), end(conn)
}

func answer(conn *tls.Conn, leave bool) (string, error) {
	lines := bufio.NewReader(conn)
	said := ""
	for {
		line, err := lines.ReadString('\n')
		said += line
		if err == io.EOF {
			return strings.TrimSpace(said), nil
		} else if err != nil {
			return said, err
		}
		if _, err := io.WriteString(conn, line); err != nil {
			return said, err
		}
		if leave {
			return strings.TrimSpace(said), closeFirst(conn)
		}
	}
}

func closeFirst(conn *tls.Conn) error {
	if err := conn.CloseWrite(); err != nil {
		return err
	}
	return end(conn)
}

// Reads on until the other side's close_notify.
func end(conn *tls.Conn) error {
	_, err := io.Copy(io.Discard, conn)
	return err
}

func facts(s setup, state tls.ConnectionState) report {
	name := ""
	if len(state.PeerCertificates) > 0 {
		name = state.PeerCertificates[0].Subject.CommonName
	}
	r := report{
		Version:  strings.TrimPrefix(tls.VersionName(state.Version), "TLS "),
		Suite:    tls.CipherSuiteName(state.CipherSuite),
		Group:    int(state.CurveID),
		Resumed:  &state.DidResume,
		Alpn:     &state.NegotiatedProtocol,
		PeerName: &name,
	}
	if s.Label != "" {
		exported, err := state.ExportKeyingMaterial(s.Label, nil, s.Length)
		check(err)
		r.Exported = hex.EncodeToString(exported)
	}
	return r
}

// The alert that went either way stands in the innermost error, as a number of an unexported type.
func faults(r report, err error) report {
	if err == nil {
		return r
	}
	r.Error = err.Error()
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") {
		if value := reflect.ValueOf(op.Err); value.Kind() == reflect.Uint8 {
			r.Alert = int(value.Uint())
		}
	}
	return r
}

func configOf(s setup) *tls.Config {
	config := &tls.Config{
		ServerName:       s.ServerName,
		MinVersion:       s.Versions[0],
		MaxVersion:       s.Versions[len(s.Versions)-1],
		CipherSuites:     s.Suites,
		CurvePreferences: s.Groups,
		NextProtos:       s.Alpn,
	}
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(s.Roots)
	check(err)
	roots.AppendCertsFromPEM(pem)
	config.RootCAs = roots
	config.ClientCAs = roots
	if s.Require {
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if s.Chain != "" {
		own, err := tls.LoadX509KeyPair(s.Chain, s.Key)
		check(err)
		config.Certificates = []tls.Certificate{own}
	}
	return config
}

func print(value any) {
	check(json.NewEncoder(os.Stdout).Encode(value))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
