// Verifies certificate chains with crypto/x509, one after the other.
//
// Standard input is a row of jobs: octets prefixed by their length (32 bits, big-endian). The first is the name asked
// for, the second the moment as decimal seconds since 1970, the third how many certificates follow in four octets; then
// the trust anchor, the leaf and the other certificates. Standard output is a line a job: "ok", or the reason.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		name, err := field(in)
		if err == io.EOF {
			return
		}
		must(err)
		verdict := judge(in, string(name))
		_, err = out.WriteString(strings.ReplaceAll(verdict, "\n", " ") + "\n")
		must(err)
		if in.Buffered() == 0 {
			must(out.Flush())
		}
	}
}

func judge(in *bufio.Reader, name string) string {
	moment, err := field(in)
	must(err)
	seconds, err := strconv.ParseInt(string(moment), 10, 64)
	must(err)
	count, err := field(in)
	must(err)
	ders := make([][]byte, binary.BigEndian.Uint32(count))
	for i := range ders {
		ders[i], err = field(in)
		must(err)
	}
	return verify(name, time.Unix(seconds, 0), ders)
}

func verify(name string, at time.Time, ders [][]byte) string {
	root, err := x509.ParseCertificate(ders[0])
	if err != nil {
		return "anchor: " + err.Error()
	}
	leaf, err := x509.ParseCertificate(ders[1])
	if err != nil {
		return "leaf: " + err.Error()
	}
	options := x509.VerifyOptions{
		DNSName:       name,
		Roots:         x509.NewCertPool(),
		Intermediates: x509.NewCertPool(),
		CurrentTime:   at,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	options.Roots.AddCert(root)
	skipped := ""
	for _, der := range ders[2:] {
		// As crypto/tls would fail on the first certificate that it cannot read, but the others of the chain may do.
		intermediate, err := x509.ParseCertificate(der)
		if err != nil {
			skipped += "; unread: " + err.Error()
			continue
		}
		options.Intermediates.AddCert(intermediate)
	}
	if _, err := leaf.Verify(options); err != nil {
		return err.Error() + skipped
	}
	return "ok"
}

func field(in io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return nil, err
	}
	octets := make([]byte, binary.BigEndian.Uint32(length[:]))
	_, err := io.ReadFull(in, octets)
	return octets, err
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
