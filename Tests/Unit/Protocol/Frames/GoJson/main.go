// Reads texts from standard input, each behind its length (4 bytes, big-endian), and answers each with one byte on standard output:
//
//	bit 0  encoding/json calls the text valid
//	bit 1  a Decoder, as the first implementation uses it, takes one value and finds nothing but white space behind it
//	bit 2  decoded as a header, the text is null or sets the field Endpoint
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
)

// seen is set by any value of its member.
type seen bool

func (s *seen) UnmarshalJSON([]byte) error {
	*s = true
	return nil
}

type header struct {
	Endpoint seen
}

func decodesToItsEnd(text []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(text))
	var value json.RawMessage
	if decoder.Decode(&value) != nil {
		return false
	}
	return errors.Is(decoder.Decode(&value), io.EOF)
}

func isHeader(text []byte) bool {
	h := &header{}
	_ = json.Unmarshal(text, &h)
	return h == nil || bool(h.Endpoint)
}

func answer(text []byte) byte {
	var bits byte
	if json.Valid(text) {
		bits |= 1
	}
	if decodesToItsEnd(text) {
		bits |= 2
	}
	if isHeader(text) {
		bits |= 4
	}
	return bits
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var length [4]byte
	for {
		if _, err := io.ReadFull(in, length[:]); err != nil {
			return
		}
		text := make([]byte, binary.BigEndian.Uint32(length[:]))
		if _, err := io.ReadFull(in, text); err != nil {
			return
		}
		out.WriteByte(answer(text))
	}
}
