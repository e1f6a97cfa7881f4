/** A client and a server of Go's crypto/tls, and a maker of an ECH configuration (RFC 9849 §4). */
export const goProgram = `package main

import (
	"bufio"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
)

var (
	mode        = os.Args[1]
	flags       = flag.NewFlagSet("peer", flag.ExitOnError)
	address     = flags.String("address", "127.0.0.1:0", "")
	name        = flags.String("name", "", "")
	ca          = flags.String("ca", "", "")
	cert        = flags.String("cert", "", "")
	key         = flags.String("key", "", "")
	keylog      = flags.String("keylog", "", "")
	ech         = flags.String("ech", "", "file: X25519 private key of 32 octets, then the ECHConfig")
	groups      = flags.Int("groups", 0, "the one group of the server")
	highest     = flags.Int("max", 0x0304, "")
	connections = flags.Int("connections", 1, "")
)

func main() {
	must(flags.Parse(os.Args[2:]))
	switch mode {
	case "server":
		server()
	case "client":
		client()
	case "ech":
		makeECH()
	}
}

func server() {
	config := &tls.Config{MaxVersion: uint16(*highest)}
	pair := got(tls.LoadX509KeyPair(*cert, *key))
	config.Certificates = []tls.Certificate{pair}
	if *groups != 0 {
		config.CurvePreferences = []tls.CurveID{tls.CurveID(*groups)}
	}
	if *ech != "" {
		secret, public := readECH()
		config.EncryptedClientHelloKeys = []tls.EncryptedClientHelloKey{{Config: public, PrivateKey: secret}}
	}
	listener := got(tls.Listen("tcp", "127.0.0.1:0", config))
	fmt.Println("port", listener.Addr().(*net.TCPAddr).Port)
	for {
		connection := got(listener.Accept())
		reader := bufio.NewReader(connection)
		if _, err := reader.ReadString('\\n'); err == nil {
			fmt.Fprintln(connection, "pong")
			reader.ReadString('\\n')
		}
		connection.Close()
	}
}

func client() {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(got(os.ReadFile(*ca)))
	cache := tls.NewLRUClientSessionCache(8)
	for i := 0; i < *connections; i++ {
		file := got(os.Create(fmt.Sprint(*keylog, i)))
		config := &tls.Config{RootCAs: roots, ServerName: *name, ClientSessionCache: cache, KeyLogWriter: file}
		if *ech != "" {
			_, public := readECH()
			config.EncryptedClientHelloConfigList = append(binary.BigEndian.AppendUint16(nil, uint16(len(public))), public...)
		}
		connection := got(tls.Dial("tcp", *address, config))
		fmt.Fprintln(connection, "ping")
		got(bufio.NewReader(connection).ReadString('\\n'))
		export(connection.ConnectionState())
		connection.Close()
		file.Close()
	}
}

func export(state tls.ConnectionState) {
	const label = "EXPORTER-throw-away"
	type exported struct {
		Label   string  \`json:"label"\`
		Context *string \`json:"context"\`
		Value   string  \`json:"value"\`
	}
	none := exported{label, nil, fmt.Sprintf("%x", got(state.ExportKeyingMaterial(label, nil, 40)))}
	hex := fmt.Sprintf("%x", "context")
	some := exported{label, &hex, fmt.Sprintf("%x", got(state.ExportKeyingMaterial(label, []byte("context"), 40)))}
	fmt.Printf("exported %s\\n", got(json.Marshal([]exported{none, some})))
}

func makeECH() {
	secret := got(ecdh.X25519().GenerateKey(rand.Reader))
	sized := func(bytes []byte) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(bytes))), bytes...) }
	public := "public.example"
	contents := append([]byte{7, 0x00, 0x20}, sized(secret.PublicKey().Bytes())...)
	contents = append(contents, sized([]byte{0, 1, 0, 1})...)
	contents = append(contents, 32, byte(len(public)))
	contents = append(append(contents, public...), 0, 0)
	config := append([]byte{0xfe, 0x0d}, sized(contents)...)
	must(os.WriteFile(*ech, append(secret.Bytes(), config...), 0o600))
}

func readECH() (secret, public []byte) {
	bytes := got(os.ReadFile(*ech))
	return bytes[:32], bytes[32:]
}

func got[T any](value T, err error) T {
	must(err)
	return value
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
`;
