package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// ManifestFile is the file of a copy that describes the others.
const ManifestFile = "manifest.json"

// format is the version of the manifest's form.
const format = 1

// Manifest describes a copy. Nothing in it is personal, and no key.
type Manifest struct {
	Format  int       `json:"format"`
	Program string    `json:"program"` // the version that made the copy
	At      time.Time `json:"at"`      // the moment of all files
	// Encrypted: the files are encrypted to a recipient of age.
	Encrypted bool   `json:"encrypted"`
	Files     []File `json:"files"`
	// Elsewhere names the variables behind which there is more, on servers, that is not in the copy.
	Elsewhere []string `json:"elsewhere,omitempty"`
	// Seal is made by the service's own key over the rest: who does not have the key cannot alter a copy unnoticed. It is
	// empty where that key lies in the copy itself.
	Seal []byte `json:"seal,omitempty"`
}

// File is a file of a copy.
type File struct {
	Name   string `json:"name"`   // in the data folder
	Stored string `json:"stored"` // in the copy
	Size   int64  `json:"size"`   // as it is stored, like its digest
	SHA256 string `json:"sha256"`
	Schema int    `json:"schema,omitempty"` // version of the tables, of a database
}

// digest is what the seal covers.
func (m Manifest) digest() []byte {
	m.Seal = nil
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // texts, numbers and a time
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// Size is how many bytes the files of the copy have.
func (m Manifest) Size() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

// Has reports whether the copy holds a file of the data folder.
func (m Manifest) Has(name string) bool {
	for _, f := range m.Files {
		if f.Name == name {
			return true
		}
	}
	return false
}

func hexOf(sum []byte) string { return hex.EncodeToString(sum) }
