;; GHASH (NIST SP 800-38D §6.4) without a branch, a table or an address that depends on a secret.
;;
;; Carry-less products come from ordinary ones: with only every fourth bit of both factors set, no more than 15 bits meet
;; in one place below the last, so that no sum runs into the next place that counts, and its lowest bit is their XOR.
;; The idea is BearSSL's (bearssl.org/constanttime.html, on GHASH).
(module
  ;; 0: H, 16 bytes. 16: the result, 16 bytes. 32: the blocks.
  (memory (export "memory") 1)

  ;; Hashes the blocks up to $end, of which there is at least one.
  (func (export "ghash") (param $end i32)
    (local $at i32)
    (local $h0 i64) (local $h1 i64) (local $h0r i64) (local $h1r i64)
    (local $y0 i64) (local $y1 i64) (local $y0r i64) (local $y1r i64)
    (local $low0 i64) (local $low1 i64) (local $high0 i64) (local $high1 i64) (local $mid0 i64) (local $mid1 i64)
    (local $z0 i64) (local $z1 i64) (local $z2 i64) (local $z3 i64)
    ;; Halves of 64 bits, 1 the one with the bytes that come first; r marks a half with its bits in reverse order.
    (local.set $h1 (call $swap (i64.load (i32.const 0))))
    (local.set $h0 (call $swap (i64.load (i32.const 8))))
    (local.set $h1r (call $reverse (local.get $h1)))
    (local.set $h0r (call $reverse (local.get $h0)))
    (local.set $at (i32.const 32))
    (loop $blocks
      (local.set $y1 (i64.xor (local.get $y1) (call $swap (i64.load (local.get $at)))))
      (local.set $y0 (i64.xor (local.get $y0) (call $swap (i64.load offset=8 (local.get $at)))))
      (local.set $y1r (call $reverse (local.get $y1)))
      (local.set $y0r (call $reverse (local.get $y0)))

      ;; Karatsuba: 256 bits from three products of 128.
      (local.set $low0 (call $product (local.get $y0) (local.get $h0)))
      (local.set $low1 (call $rest (local.get $y0r) (local.get $h0r)))
      (local.set $high0 (call $product (local.get $y1) (local.get $h1)))
      (local.set $high1 (call $rest (local.get $y1r) (local.get $h1r)))
      (local.set $mid0 (call $product
        (i64.xor (local.get $y0) (local.get $y1)) (i64.xor (local.get $h0) (local.get $h1))))
      (local.set $mid1 (call $rest
        (i64.xor (local.get $y0r) (local.get $y1r)) (i64.xor (local.get $h0r) (local.get $h1r))))
      (local.set $mid0 (i64.xor (local.get $mid0) (i64.xor (local.get $low0) (local.get $high0))))
      (local.set $mid1 (i64.xor (local.get $mid1) (i64.xor (local.get $low1) (local.get $high1))))
      (local.set $z1 (i64.xor (local.get $low1) (local.get $mid0)))
      (local.set $z2 (i64.xor (local.get $high0) (local.get $mid1)))

      ;; GCM writes its polynomials with the lowest coefficient first: the product of mirrored factors is one bit short.
      (local.set $z3 (i64.or (i64.shl (local.get $high1) (i64.const 1)) (i64.shr_u (local.get $z2) (i64.const 63))))
      (local.set $z2 (i64.or (i64.shl (local.get $z2) (i64.const 1)) (i64.shr_u (local.get $z1) (i64.const 63))))
      (local.set $z1 (i64.or (i64.shl (local.get $z1) (i64.const 1)) (i64.shr_u (local.get $low0) (i64.const 63))))
      (local.set $z0 (i64.shl (local.get $low0) (i64.const 1)))

      ;; Modulo x^128 + x^7 + x^2 + x + 1, the lower half away, 64 bits at a time.
      (local.set $z2 (i64.xor (local.get $z2) (call $folded (local.get $z0))))
      (local.set $z1 (i64.xor (local.get $z1) (call $carried (local.get $z0))))
      (local.set $y1 (i64.xor (local.get $z3) (call $folded (local.get $z1))))
      (local.set $y0 (i64.xor (local.get $z2) (call $carried (local.get $z1))))

      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $blocks (i32.lt_u (local.get $at) (local.get $end))))
    (i64.store (i32.const 16) (call $swap (local.get $y1)))
    (i64.store (i32.const 24) (call $swap (local.get $y0))))

  ;; The lower 64 bits of the carry-less product.
  (func $product (param $x i64) (param $y i64) (result i64)
    (local $x0 i64) (local $x1 i64) (local $x2 i64) (local $x3 i64)
    (local $y0 i64) (local $y1 i64) (local $y2 i64) (local $y3 i64)
    (local.set $x0 (i64.and (local.get $x) (i64.const 0x1111111111111111)))
    (local.set $x1 (i64.and (local.get $x) (i64.const 0x2222222222222222)))
    (local.set $x2 (i64.and (local.get $x) (i64.const 0x4444444444444444)))
    (local.set $x3 (i64.and (local.get $x) (i64.const 0x8888888888888888)))
    (local.set $y0 (i64.and (local.get $y) (i64.const 0x1111111111111111)))
    (local.set $y1 (i64.and (local.get $y) (i64.const 0x2222222222222222)))
    (local.set $y2 (i64.and (local.get $y) (i64.const 0x4444444444444444)))
    (local.set $y3 (i64.and (local.get $y) (i64.const 0x8888888888888888)))
    (i64.or
      (i64.or
        (i64.and (i64.const 0x1111111111111111) (i64.xor
          (i64.xor (i64.mul (local.get $x0) (local.get $y0)) (i64.mul (local.get $x1) (local.get $y3)))
          (i64.xor (i64.mul (local.get $x2) (local.get $y2)) (i64.mul (local.get $x3) (local.get $y1)))))
        (i64.and (i64.const 0x2222222222222222) (i64.xor
          (i64.xor (i64.mul (local.get $x0) (local.get $y1)) (i64.mul (local.get $x1) (local.get $y0)))
          (i64.xor (i64.mul (local.get $x2) (local.get $y3)) (i64.mul (local.get $x3) (local.get $y2))))))
      (i64.or
        (i64.and (i64.const 0x4444444444444444) (i64.xor
          (i64.xor (i64.mul (local.get $x0) (local.get $y2)) (i64.mul (local.get $x1) (local.get $y1)))
          (i64.xor (i64.mul (local.get $x2) (local.get $y0)) (i64.mul (local.get $x3) (local.get $y3)))))
        (i64.and (i64.const 0x8888888888888888) (i64.xor
          (i64.xor (i64.mul (local.get $x0) (local.get $y3)) (i64.mul (local.get $x1) (local.get $y2)))
          (i64.xor (i64.mul (local.get $x2) (local.get $y1)) (i64.mul (local.get $x3) (local.get $y0))))))))

  ;; The upper 63 bits of the carry-less product, from factors in reverse: mirrored, they are the lower ones.
  (func $rest (param $xr i64) (param $yr i64) (result i64)
    (i64.shr_u (call $reverse (call $product (local.get $xr) (local.get $yr))) (i64.const 1)))

  ;; What 64 bits become 128 places further up, and what of that falls into the 64 places below.
  (func $folded (param $x i64) (result i64)
    (i64.xor
      (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 1)))
      (i64.xor (i64.shr_u (local.get $x) (i64.const 2)) (i64.shr_u (local.get $x) (i64.const 7)))))
  (func $carried (param $x i64) (result i64)
    (i64.xor
      (i64.shl (local.get $x) (i64.const 63))
      (i64.xor (i64.shl (local.get $x) (i64.const 62)) (i64.shl (local.get $x) (i64.const 57)))))

  ;; All 64 bits in reverse order.
  (func $reverse (param $x i64) (result i64)
    (local.set $x (i64.or
      (i64.and (i64.shl (local.get $x) (i64.const 1)) (i64.const 0xaaaaaaaaaaaaaaaa))
      (i64.and (i64.shr_u (local.get $x) (i64.const 1)) (i64.const 0x5555555555555555))))
    (local.set $x (i64.or
      (i64.and (i64.shl (local.get $x) (i64.const 2)) (i64.const 0xcccccccccccccccc))
      (i64.and (i64.shr_u (local.get $x) (i64.const 2)) (i64.const 0x3333333333333333))))
    (local.set $x (i64.or
      (i64.and (i64.shl (local.get $x) (i64.const 4)) (i64.const 0xf0f0f0f0f0f0f0f0))
      (i64.and (i64.shr_u (local.get $x) (i64.const 4)) (i64.const 0x0f0f0f0f0f0f0f0f))))
    (call $swap (local.get $x)))

  ;; All 8 bytes in reverse order.
  (func $swap (param $x i64) (result i64)
    (local.set $x (i64.or
      (i64.and (i64.shl (local.get $x) (i64.const 8)) (i64.const 0xff00ff00ff00ff00))
      (i64.and (i64.shr_u (local.get $x) (i64.const 8)) (i64.const 0x00ff00ff00ff00ff))))
    (local.set $x (i64.or
      (i64.and (i64.shl (local.get $x) (i64.const 16)) (i64.const 0xffff0000ffff0000))
      (i64.and (i64.shr_u (local.get $x) (i64.const 16)) (i64.const 0x0000ffff0000ffff))))
    (i64.rotl (local.get $x) (i64.const 32))))
