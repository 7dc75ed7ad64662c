package postgres

import "github.com/jackc/pgx/v5/pgtype"

// systemOIDs is the first OID that the server gives to types of users and
// extensions (FirstGenbkiObjectId).
const systemOIDs = 10000

// inText is a codec whose values are asked for in text format.
type inText struct{ pgtype.Codec }

func (inText) PreferredFormat() int16 { return pgtype.TextFormatCode }

// textTypes returns pgx's types that rows do not read in binary format: arrays,
// ranges, tsvector and so on are asked for as the server writes them, which is
// the only form in other modes of [Prepared].
func textTypes() []*pgtype.Type {
	m := pgtype.NewMap()
	var types []*pgtype.Type
	for oid := range uint32(systemOIDs) {
		t, ok := m.TypeForOID(oid)
		if ok && binaryCode(oid) == asOther && t.Codec.PreferredFormat() == pgtype.BinaryFormatCode {
			types = append(types, &pgtype.Type{Name: t.Name, OID: oid, Codec: inText{t.Codec}})
		}
	}
	return types
}
