#include "textflag.h"

// func PrefetchLine(p unsafe.Pointer)
TEXT ·PrefetchLine(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	PREFETCHT0 (AX)
	RET

// func prefetchBlock(p, entry unsafe.Pointer)
TEXT ·prefetchBlock(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), AX
	MOVQ entry+8(FP), BX
	PREFETCHT0 (AX)
	PREFETCHT0 64(AX)
	PREFETCHT0 87(AX)
	PREFETCHT0 (BX)
	RET
