package orm

// scanStep reads one column into a struct.
type scanStep struct {
	kind    Kind
	null    bool
	offset  uintptr
	nullOff uintptr
	field   *Field
}
