import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import styles from "./back.module.css";

/** To the list that a page of one thing belongs to. */
export function Back({ tenant, section, children }: { tenant: string; section: string; children: string }) {
    return (
        <Link to={`/t/$tenant/${section}` as "/t/$tenant"} params={{ tenant }} className={styles.back}>
            <ArrowLeft size={14} aria-hidden />
            {children}
        </Link>
    );
}
