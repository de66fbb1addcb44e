#include "textflag.h"

// func PrefetchLine(p unsafe.Pointer)
TEXT ·PrefetchLine(SB), NOSPLIT, $0-8
	MOVD p+0(FP), R0
	PRFM (R0), PLDL1KEEP
	RET

// func prefetchBlock(p, entry unsafe.Pointer)
TEXT ·prefetchBlock(SB), NOSPLIT, $0-16
	MOVD p+0(FP), R0
	MOVD entry+8(FP), R1
	PRFM (R0), PLDL1KEEP
	PRFM 64(R0), PLDL1KEEP
	PRFM 80(R0), PLDL1KEEP
	PRFM (R1), PLDL1KEEP
	RET
